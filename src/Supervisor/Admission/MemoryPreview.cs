using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>How a pipeline would fare if it asked for memory now.</summary>
/// <param name="OnGpu">Whether it would be put on a GPU.</param>
/// <param name="Fit">What it needs, beside what there is on the device that suits it best.</param>
/// <param name="Shortage">Why it can never be served here; null where it can.</param>
internal sealed record MemoryPreview(bool OnGpu, MemoryFit Fit, Error? Shortage);
