using System.Text;
using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>Reads what may be a call in every way that its first word allows. Not thread-safe.</summary>
/// <param name="begin">The first word.</param>
/// <param name="readers">At least one.</param>
internal sealed class CallAttempt(string begin, List<CallReader> readers)
{
    private readonly StringBuilder _taken = new();

    /// <summary>What was read, once it has ended.</summary>
    public IReadOnlyList<FunctionCall> Calls { get; private set; } = [];

    public CallProgress Take(char character)
    {
        _taken.Append(character);
        return Ask(reader => reader.Take(character));
    }

    public CallProgress Finish() => Ask(reader => reader.Finish());

    /// <summary>The text that was no call after all: the first word, or the first character without one, and what follows it.</summary>
    public (string First, string Following) Undo() =>
        begin.Length > 0 ? (begin, _taken.ToString()) : (_taken.ToString(0, 1), _taken.ToString(1, _taken.Length - 1));

    private CallProgress Ask(Func<CallReader, CallProgress> ask)
    {
        for (var i = 0; i < readers.Count; i++)
        {
            var progress = ask(readers[i]);
            if (progress is CallProgress.Ended or CallProgress.EndedBefore)
            {
                Calls = readers[i].Calls;
                return progress;
            }

            if (progress == CallProgress.Failed)
            {
                readers.RemoveAt(i--);
            }
        }

        return readers.Count > 0 ? CallProgress.Open : CallProgress.Failed;
    }
}
