using LmDeploy.V1;

namespace LmDeploy.Supervisor.Receipts;

/// <summary>What a pipeline gave back when it ended.</summary>
/// <param name="Id">Of the pipeline.</param>
/// <param name="Name">Of the pipeline.</param>
internal sealed record KeptReceipt(string Id, string Name, DateTimeOffset When, ReclaimReceipt Receipt);
