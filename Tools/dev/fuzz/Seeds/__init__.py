"""Sound inputs of every kind, from which fuzzing begins: made here, nothing binary is kept."""

from . import arrays, features, models, pickles, texts

MAKERS = {
    "npy": arrays.npy_seeds, "npz": arrays.npz_seeds, "zip": arrays.zip_seeds,
    "deflate": arrays.deflate_seeds, "chunk": arrays.chunk_seeds, "matlab": arrays.matlab_seeds,
    "pickle": pickles.pickle_seeds, "safetensors": arrays.safetensors_seeds,
    "arff": texts.arff_seeds, "csv": texts.csv_seeds, "csv-file": texts.csv_file_seeds,
    "protobuf": models.protobuf_seeds, "onnx": models.onnx_seeds, "coreml": models.coreml_seeds,
    "recipe": texts.recipe_seeds, "architecture": models.architecture_seeds,
    "portable": features.portable_seeds, "splits": texts.splits_seeds, "ids": texts.ids_seeds,
    "import": features.import_seeds,
}
