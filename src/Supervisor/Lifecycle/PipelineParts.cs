using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Receipts;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>What every pipeline works with: who starts its workers, who ends them, and who finds out what became of them.</summary>
internal sealed record PipelineParts(PipelineStarter Starter, Reclaimer Reclaimer, FailureReporter Failures);
