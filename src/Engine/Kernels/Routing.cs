namespace LmDeploy.Engine.Kernels;

/// <summary>Which experts compute which rows, as the kernel <c>route</c> leaves it; device addresses.</summary>
/// <param name="Chosen">[rows, experts per token], int32: the experts of a row; -1 for a row that is not used.</param>
/// <param name="Weights">As many, float32: what their results count.</param>
/// <param name="Plan">[<see cref="ExpertKernels.PlanIntegers"/>], int32; zeros before the first time.</param>
/// <param name="Order">[rows * experts per token], int32: indexes in <paramref name="Chosen"/>, by expert.</param>
internal readonly record struct Routing(nint Chosen, nint Weights, nint Plan, nint Order);
