import CKernels

/// The C kernels for one element type; see the headers of `CKernels` for what each computes.
///
/// The first argument of each is `KernelLevel.code`.
@safe package struct Kernels<Scalar: TensorScalar>: Sendable {
  let gemm:
    @Sendable (
      _ level: Int32, _ transposeA: Int32, _ transposeB: Int32, _ m: Int, _ n: Int, _ k: Int,
      _ a: UnsafePointer<Scalar>, _ lda: Int, _ b: UnsafePointer<Scalar>, _ ldb: Int,
      _ bias: UnsafePointer<Scalar>?, _ accumulate: Int32, _ c: UnsafeMutablePointer<Scalar>,
      _ ldc: Int, _ scratch: UnsafeMutablePointer<Scalar>
    ) -> Void
  let pack:
    @Sendable (
      _ level: Int32, _ transposeB: Int32, _ n: Int, _ k: Int, _ b: UnsafePointer<Scalar>,
      _ ldb: Int, _ packed: UnsafeMutablePointer<Scalar>
    ) -> Void
  let gemmPacked:
    @Sendable (
      _ level: Int32, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Scalar>, _ lda: Int,
      _ packed: UnsafePointer<Scalar>, _ bias: UnsafePointer<Scalar>?, _ accumulate: Int32,
      _ c: UnsafeMutablePointer<Scalar>, _ ldc: Int
    ) -> Void
  let gruForward:
    @Sendable (
      _ level: Int32, _ steps: UnsafePointer<ck_steps>, _ low: Int, _ high: Int, _ h: Int,
      _ packed: UnsafePointer<Scalar>, _ bias: UnsafePointer<Scalar>,
      _ gates: UnsafeMutablePointer<Scalar>, _ previous: UnsafeMutablePointer<Scalar>?,
      _ out: UnsafeMutablePointer<Scalar>, _ ldo: Int, _ state: UnsafeMutablePointer<Scalar>,
      _ work: UnsafeMutablePointer<Scalar>
    ) -> Void
  let gruBackward:
    @Sendable (
      _ level: Int32, _ steps: UnsafePointer<ck_steps>, _ low: Int, _ high: Int, _ h: Int,
      _ packed: UnsafePointer<Scalar>, _ gates: UnsafeMutablePointer<Scalar>,
      _ previous: UnsafePointer<Scalar>, _ dout: UnsafePointer<Scalar>, _ ldo: Int,
      _ carry: UnsafeMutablePointer<Scalar>, _ work: UnsafeMutablePointer<Scalar>
    ) -> Void
  let attentionForward:
    @Sendable (
      _ level: Int32, _ part: UnsafePointer<ck_attention>, _ factor: Scalar,
      _ q: UnsafePointer<Scalar>, _ k: UnsafePointer<Scalar>, _ v: UnsafePointer<Scalar>,
      _ y: UnsafeMutablePointer<Scalar>, _ state: UnsafeMutablePointer<Scalar>,
      _ scratch: UnsafeMutablePointer<Scalar>
    ) -> Void
  let attentionBackward:
    @Sendable (
      _ level: Int32, _ part: UnsafePointer<ck_attention>, _ factor: Scalar,
      _ q: UnsafePointer<Scalar>, _ k: UnsafePointer<Scalar>, _ v: UnsafePointer<Scalar>,
      _ y: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ state: UnsafePointer<Scalar>,
      _ accumulate: Int32, _ dq: UnsafeMutablePointer<Scalar>, _ dk: UnsafeMutablePointer<Scalar>,
      _ dv: UnsafeMutablePointer<Scalar>, _ scratch: UnsafeMutablePointer<Scalar>
    ) -> Void
  let exp:
    @Sendable (
      _ level: Int32, _ n: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let tanh:
    @Sendable (
      _ level: Int32, _ n: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let sigmoid:
    @Sendable (
      _ level: Int32, _ n: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let relu:
    @Sendable (
      _ level: Int32, _ n: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let tanhBackward:
    @Sendable (
      _ level: Int32, _ n: Int, _ y: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>,
      _ accumulate: Int32, _ dx: UnsafeMutablePointer<Scalar>
    ) -> Void
  let sigmoidBackward:
    @Sendable (
      _ level: Int32, _ n: Int, _ y: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>,
      _ accumulate: Int32, _ dx: UnsafeMutablePointer<Scalar>
    ) -> Void
  let reluBackward:
    @Sendable (
      _ level: Int32, _ n: Int, _ y: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>,
      _ accumulate: Int32, _ dx: UnsafeMutablePointer<Scalar>
    ) -> Void
  let scale:
    @Sendable (
      _ level: Int32, _ n: Int, _ factor: Scalar, _ x: UnsafePointer<Scalar>, _ accumulate: Int32,
      _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let add:
    @Sendable (
      _ level: Int32, _ n: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>,
      _ z: UnsafeMutablePointer<Scalar>
    ) -> Void
  let dropout:
    @Sendable (
      _ level: Int32, _ n: Int, _ key: UInt64, _ first: UInt32, _ threshold: UInt32,
      _ factor: Scalar, _ x: UnsafePointer<Scalar>, _ accumulate: Int32,
      _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let addDropout:
    @Sendable (
      _ level: Int32, _ n: Int, _ key: UInt64, _ first: UInt32, _ threshold: UInt32,
      _ factor: Scalar, _ x: UnsafePointer<Scalar>, _ f: UnsafePointer<Scalar>,
      _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let reluDropout:
    @Sendable (
      _ level: Int32, _ n: Int, _ key: UInt64, _ first: UInt32, _ threshold: UInt32,
      _ factor: Scalar, _ x: UnsafeMutablePointer<Scalar>
    ) -> Void
  let reluDropoutBackward:
    @Sendable (
      _ level: Int32, _ n: Int, _ factor: Scalar, _ y: UnsafePointer<Scalar>,
      _ dy: UnsafeMutablePointer<Scalar>
    ) -> Void
  let copyColumns:
    @Sendable (
      _ level: Int32, _ rows: Int, _ columns: Int, _ x: UnsafePointer<Scalar>, _ ldx: Int,
      _ accumulate: Int32, _ y: UnsafeMutablePointer<Scalar>, _ ldy: Int
    ) -> Void
  let gatherRows:
    @Sendable (
      _ level: Int32, _ count: Int, _ columns: Int, _ rows: UnsafePointer<Int32>,
      _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let scatterRows:
    @Sendable (
      _ level: Int32, _ count: Int, _ columns: Int, _ rows: UnsafePointer<Int32>,
      _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let poolRows:
    @Sendable (
      _ level: Int32, _ count: Int, _ columns: Int, _ begin: UnsafePointer<Int32>,
      _ end: UnsafePointer<Int32>, _ weights: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>,
      _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let poolRowsBackward:
    @Sendable (
      _ level: Int32, _ count: Int, _ columns: Int, _ begin: UnsafePointer<Int32>,
      _ end: UnsafePointer<Int32>, _ weights: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>,
      _ dx: UnsafeMutablePointer<Scalar>
    ) -> Void
  let columnSum:
    @Sendable (
      _ level: Int32, _ rows: Int, _ columns: Int, _ x: UnsafePointer<Scalar>, _ ldx: Int,
      _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let centreRows:
    @Sendable (
      _ level: Int32, _ rows: Int, _ columns: Int, _ mean: UnsafePointer<Scalar>,
      _ weights: UnsafePointer<Scalar>?, _ x: UnsafeMutablePointer<Scalar>
    ) -> Void
  let sumSquares:
    @Sendable (
      _ level: Int32, _ n: Int, _ x: UnsafePointer<Scalar>, _ sum: UnsafeMutablePointer<Double>
    ) -> Void
  let toDouble:
    @Sendable (
      _ level: Int32, _ n: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Double>
    ) -> Void
  let fromDouble:
    @Sendable (
      _ level: Int32, _ n: Int, _ x: UnsafePointer<Double>, _ accumulate: Int32,
      _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let layerNorm:
    @Sendable (
      _ level: Int32, _ rows: Int, _ columns: Int, _ epsilon: Scalar, _ x: UnsafePointer<Scalar>,
      _ gain: UnsafePointer<Scalar>, _ bias: UnsafePointer<Scalar>,
      _ normalised: UnsafeMutablePointer<Scalar>, _ inverse: UnsafeMutablePointer<Scalar>,
      _ y: UnsafeMutablePointer<Scalar>
    ) -> Void
  let layerNormBackward:
    @Sendable (
      _ level: Int32, _ rows: Int, _ columns: Int, _ normalised: UnsafePointer<Scalar>,
      _ inverse: UnsafePointer<Scalar>, _ gain: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>,
      _ accumulate: Int32, _ dx: UnsafeMutablePointer<Scalar>
    ) -> Void
  let columnProductSum:
    @Sendable (
      _ level: Int32, _ rows: Int, _ columns: Int, _ x: UnsafePointer<Scalar>,
      _ y: UnsafePointer<Scalar>, _ ld: Int, _ z: UnsafeMutablePointer<Scalar>
    ) -> Void
  let differenceLoss:
    @Sendable (
      _ level: Int32, _ absolute: Int32, _ rows: Int, _ columns: Int,
      _ prediction: UnsafePointer<Scalar>, _ target: UnsafePointer<Scalar>,
      _ weights: UnsafePointer<Scalar>?, _ sum: UnsafeMutablePointer<Double>
    ) -> Void
  let differenceLossBackward:
    @Sendable (
      _ level: Int32, _ absolute: Int32, _ rows: Int, _ columns: Int,
      _ prediction: UnsafePointer<Scalar>, _ target: UnsafePointer<Scalar>,
      _ weights: UnsafePointer<Scalar>?, _ factor: Scalar, _ gradient: UnsafeMutablePointer<Scalar>
    ) -> Void
  let adam:
    @Sendable (
      _ level: Int32, _ n: Int, _ gradient: UnsafePointer<Scalar>, _ gradient_factor: Scalar,
      _ rate: Scalar, _ decay: Scalar, _ beta1: Scalar, _ beta2: Scalar, _ correction1: Scalar,
      _ correction2: Scalar, _ epsilon: Scalar, _ value: UnsafeMutablePointer<Scalar>,
      _ first: UnsafeMutablePointer<Scalar>, _ second: UnsafeMutablePointer<Scalar>
    ) -> Void
}

extension Float: TensorScalar {
  package static let kernels = unsafe Kernels<Float>(
    gemm: ck_gemm_f32,
    pack: ck_pack_f32,
    gemmPacked: ck_gemm_packed_f32,
    gruForward: ck_gru_forward_f32,
    gruBackward: ck_gru_backward_f32,
    attentionForward: ck_attention_forward_f32,
    attentionBackward: ck_attention_backward_f32,
    exp: ck_exp_f32,
    tanh: ck_tanh_f32,
    sigmoid: ck_sigmoid_f32,
    relu: ck_relu_f32,
    tanhBackward: ck_tanh_backward_f32,
    sigmoidBackward: ck_sigmoid_backward_f32,
    reluBackward: ck_relu_backward_f32,
    scale: ck_scale_f32,
    add: ck_add_f32,
    dropout: ck_dropout_f32,
    addDropout: ck_add_dropout_f32,
    reluDropout: ck_relu_dropout_f32,
    reluDropoutBackward: ck_relu_dropout_backward_f32,
    copyColumns: ck_copy_columns_f32,
    gatherRows: ck_gather_rows_f32,
    scatterRows: ck_scatter_rows_f32,
    poolRows: ck_pool_rows_f32,
    poolRowsBackward: ck_pool_rows_backward_f32,
    columnSum: ck_column_sum_f32,
    centreRows: ck_centre_rows_f32,
    sumSquares: ck_sum_squares_f32,
    toDouble: ck_to_double_f32,
    fromDouble: ck_from_double_f32,
    layerNorm: ck_layer_norm_f32,
    layerNormBackward: ck_layer_norm_backward_f32,
    columnProductSum: ck_column_product_sum_f32,
    differenceLoss: ck_difference_loss_f32,
    differenceLossBackward: ck_difference_loss_backward_f32,
    adam: ck_adam_f32)
}

extension Double: TensorScalar {
  package static let kernels = unsafe Kernels<Double>(
    gemm: ck_gemm_f64,
    pack: ck_pack_f64,
    gemmPacked: ck_gemm_packed_f64,
    gruForward: ck_gru_forward_f64,
    gruBackward: ck_gru_backward_f64,
    attentionForward: ck_attention_forward_f64,
    attentionBackward: ck_attention_backward_f64,
    exp: ck_exp_f64,
    tanh: ck_tanh_f64,
    sigmoid: ck_sigmoid_f64,
    relu: ck_relu_f64,
    tanhBackward: ck_tanh_backward_f64,
    sigmoidBackward: ck_sigmoid_backward_f64,
    reluBackward: ck_relu_backward_f64,
    scale: ck_scale_f64,
    add: ck_add_f64,
    dropout: ck_dropout_f64,
    addDropout: ck_add_dropout_f64,
    reluDropout: ck_relu_dropout_f64,
    reluDropoutBackward: ck_relu_dropout_backward_f64,
    copyColumns: ck_copy_columns_f64,
    gatherRows: ck_gather_rows_f64,
    scatterRows: ck_scatter_rows_f64,
    poolRows: ck_pool_rows_f64,
    poolRowsBackward: ck_pool_rows_backward_f64,
    columnSum: ck_column_sum_f64,
    centreRows: ck_centre_rows_f64,
    sumSquares: ck_sum_squares_f64,
    toDouble: ck_to_double_f64,
    fromDouble: ck_from_double_f64,
    layerNorm: ck_layer_norm_f64,
    layerNormBackward: ck_layer_norm_backward_f64,
    columnProductSum: ck_column_product_sum_f64,
    differenceLoss: ck_difference_loss_f64,
    differenceLossBackward: ck_difference_loss_backward_f64,
    adam: ck_adam_f64)
}
