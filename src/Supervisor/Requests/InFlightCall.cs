using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Journal;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Requests;

/// <summary>A unary call in flight. Disposing removes it.</summary>
internal sealed class InFlightCall : IDisposable
{
    private readonly InFlightRequests _inFlight;
    private readonly HashSet<ulong> _ids = [];

    /// <param name="fingerprint">What it is known by when it comes again.</param>
    /// <param name="prompts">The prompts in it that the engine will compute; each is given a number.</param>
    public InFlightCall(string fingerprint, IReadOnlyList<WorkerPrompt> prompts, InFlightRequests inFlight)
    {
        Fingerprint = fingerprint;
        _inFlight = inFlight;
        foreach (var prompt in prompts)
        {
            prompt.RequestId = inFlight.Add(() => new RunningRequest { Fingerprint = fingerprint }, isWaiting: () => false);
            _ids.Add(prompt.RequestId);
        }
    }

    public string Fingerprint { get; }

    /// <summary>Whether the call may have brought a worker's end about: one of its prompts was in the step that was under way, or nothing was.</summary>
    public bool IsAccusedOf(WorkerFailure failure) => Blame.SuspectsRequests(failure)
        && (failure.Running.Count == 0 || failure.Running.Any(running => _ids.Contains(running.Id)));

    public void Dispose()
    {
        foreach (var id in _ids)
        {
            _inFlight.Remove(id);
        }
    }
}
