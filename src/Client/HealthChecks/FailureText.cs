using System.Globalization;
using LmDeploy.Words;

namespace LmDeploy.HealthChecks;

/// <summary>The end of a worker in a sentence.</summary>
internal static class FailureText
{
    public static string Of(WorkerFailure failure)
    {
        var how = failure.CudaError ?? failure.Signal ?? (failure.ExitCode is { } code ? $"exit code {code}" : null);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"Worker {failure.WorkerPid} ended while {EnumWords.Of(failure.Activity)} at {failure.Time.UtcDateTime:u} "
            + $"after {failure.Lifetime.TotalSeconds:0.0} s: {failure.Kind}{(how is null ? "" : $", {how}")}.");
        return failure.LastErrors.Count == 0 ? text : $"{text} Its last words: {string.Join(" | ", failure.LastErrors.TakeLast(3))}";
    }
}
