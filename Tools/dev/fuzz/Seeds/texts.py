"""Seeds of texts: ARFF, delimited text, recipes, splits, ids."""

import json


def arff_seeds():
    """Every kind of attribute, remarks, quotes, missing values, tabs."""
    yield (b"% remark\n@relation r\n@attribute 'a b' numeric\n@ATTRIBUTE c {'x y', z}\n@data\n"
           b"1.5,'x y'\n?,z\n% end\n-1e3,z")
    yield (b"@relation \"q\"\r\n@attribute t string\r\n@attribute d date 'yyyy'\r\n@data\r\n"
           b"\"a\\\"b\",1\r\n")
    yield b"@relation r\n@attribute n real\n@attribute m integer\n@data\n1\t2\n3\t4\n"


def csv_seeds():
    """The first byte says how the rest is read."""
    tables = [
        b"name,time,x\na,0.1,1\nb,0.2,nan\n", b"\xef\xbb\xbfa;b\n1,5;2\n3,5;4\n",
        b"a|b\n1.5|2\n3|4\n", b"\"q\"\"q\",\"two\nlines\"\r\n1,2\r\n", b"'a','b'\n'1','2'\n",
        b",0,1\n0,1e400,-0.1\n1,123456789012345678901234567890,1e-300\n",
        b"caf\xe9\t1\nx\t2\t\n", b"id1,train\nid2,test\n"]
    for index, table in enumerate(tables):
        yield bytes([index % 3]) + table
    yield bytes([3 + 16]) + tables[7]


def csv_file_seeds():
    """Tables that are longer than the first window."""
    rows = b"".join(b"%d,\"cell %d\",%f\n" % (row, row, row / 7) for row in range(700))
    yield b"n,text,x\n" + rows
    yield rows[:5000]
    yield b"a,b\n" + b"1,2\r\n" * 3500


def recipe_seeds():
    """Settings of every type, alone and as they are printed."""
    yield json.dumps({"batch.size": 32, "encoder.layers": 1}).encode()
    yield json.dumps(
        {"schema_version": 1, "tool": "cmkt-train", "command": "recipe",
         "recipe": {"encoder.kind": "gru", "encoder.dropout": 0.25, "compare.weak": False,
                    "task.target-weights": "1,0.5", "normalisation.scope": "training"}}).encode()
    yield b'{"delay.seconds": 1e-1, "seed": "x\\u00e9"}'


def splits_seeds():
    """Objects with lists of ids."""
    yield b'{"train": ["c"], "test": ["b"]}'
    yield b'{"standard_train_fold": ["a", "d"], "valid": [], "other": 3}'


def ids_seeds():
    """Ids as data sets spell them."""
    for text in (b"ann_rec_12", b"v[3]", b"03bSnISJMiM$_$4", b"-x_1\n-x_2", "\u00e9_1".encode()):
        yield text
