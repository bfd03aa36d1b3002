namespace LmDeploy.V1;

/// <summary>A reading of a worker's flight record.</summary>
/// <param name="Beats">Grows as long as the process is not frozen.</param>
/// <param name="Progress">Grows as long as work goes forward.</param>
/// <param name="Step">The engine's latest step, from 1; 0 before the first.</param>
/// <param name="IsBusy">Whether a load or a step is under way.</param>
/// <param name="Requests">The requests in the step that is under way.</param>
internal sealed record FlightReading(long Beats, long Progress, long Step, bool IsBusy, IReadOnlyList<ulong> Requests);
