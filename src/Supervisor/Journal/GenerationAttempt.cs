using LmDeploy.V1;

namespace LmDeploy.Supervisor.Journal;

/// <summary>One attempt to run prompts of a Generate call on one worker. Maps the worker's events to the caller's prompt positions. Not thread-safe.</summary>
internal sealed class GenerationAttempt
{
    private readonly GenerationJournal _journal;
    private readonly IReadOnlyList<int> _prompts;

    /// <param name="prompts">The caller's positions of prompts that are not finished.</param>
    public GenerationAttempt(GenerationJournal journal, IReadOnlyList<int> prompts)
    {
        _journal = journal;
        _prompts = prompts;
        Request = new WorkerGenerateRequest { Caller = journal.Caller, CacheSalt = journal.CacheSalt };
        foreach (var (prompt, config) in prompts.Select(index => journal[index].Continue()))
        {
            Request.Prompts.Add(prompt);
            Request.Configs.Add(config);
        }
    }

    public WorkerGenerateRequest Request { get; }

    public bool IsFinished => _prompts.All(index => _journal[index].IsFinished);

    /// <summary>Journals an event and gives it the caller's index.</summary>
    /// <returns>Whether it is to be handed on.</returns>
    public bool Take(GenerationEvent happened)
    {
        happened.Index = _prompts[happened.Index];
        return _journal.Take(happened);
    }
}
