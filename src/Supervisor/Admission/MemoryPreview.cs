using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>A preview of the admission of a pipeline.</summary>
/// <param name="OnGpu">Whether it would be put on a GPU.</param>
/// <param name="Fit">Its need and the memory of the best device.</param>
/// <param name="Shortage">Why it can never be served here; null where it can.</param>
internal sealed record MemoryPreview(bool OnGpu, MemoryFit Fit, Error? Shortage);
