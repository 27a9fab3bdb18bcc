# Operators of libtorch that TorchSharp has no method for, in the dialect of TorchScript archives. See OneDnn.cs.
class Ops(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def pack(self: __torch__.Ops,
    weight: Tensor) -> Tensor:
    return ops.mkldnn._reorder_linear_weight(weight, 1024)
  def address(self: __torch__.Ops,
    packed: Tensor) -> int:
    return ops.mkldnn.data_ptr(packed)
  def bytes(self: __torch__.Ops,
    packed: Tensor) -> int:
    return ops.mkldnn._nbytes(packed)
  def linear(self: __torch__.Ops,
    x: Tensor,
    weight: Tensor,
    bias: Optional[Tensor]) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    return ops.mkldnn._linear_pointwise(x, weight, bias, "none", scalars, "")
  def linear_gelu(self: __torch__.Ops,
    x: Tensor,
    weight: Tensor,
    bias: Optional[Tensor]) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    return ops.mkldnn._linear_pointwise(x, weight, bias, "gelu", scalars, "none")
  def linear_gelu_tanh(self: __torch__.Ops,
    x: Tensor,
    weight: Tensor,
    bias: Optional[Tensor]) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    return ops.mkldnn._linear_pointwise(x, weight, bias, "gelu", scalars, "tanh")
  def linear_swish(self: __torch__.Ops,
    x: Tensor,
    weight: Tensor,
    bias: Optional[Tensor]) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    return ops.mkldnn._linear_pointwise(x, weight, bias, "swish", scalars, "")
  def linear_relu(self: __torch__.Ops,
    x: Tensor,
    weight: Tensor,
    bias: Optional[Tensor]) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    return ops.mkldnn._linear_pointwise(x, weight, bias, "relu", scalars, "")
  def linear_tanh(self: __torch__.Ops,
    x: Tensor,
    weight: Tensor,
    bias: Optional[Tensor]) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    return ops.mkldnn._linear_pointwise(x, weight, bias, "tanh", scalars, "")
  def linear_add(self: __torch__.Ops,
    x: Tensor,
    other: Tensor,
    weight: Tensor,
    bias: Optional[Tensor]) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, other, weight, bias, "add")
