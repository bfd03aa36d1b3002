using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>How a pipeline ended.</summary>
/// <param name="Receipt">What ending its worker gave back.</param>
/// <param name="StartFailure">Why it never got ready; null when it did, or was stopped first.</param>
internal sealed record PipelineOutcome(ReclaimReceipt Receipt, SupervisorException? StartFailure);
