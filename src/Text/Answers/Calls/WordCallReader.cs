namespace LmDeploy.Text.Answers.Calls;

/// <summary>Reads calls that a further word precedes.</summary>
/// <param name="word">The word.</param>
/// <param name="reader">Reads what follows it.</param>
internal sealed class WordCallReader(string word, CallReader reader) : CallReader
{
    private int _taken;

    public override CallProgress Take(char character)
    {
        if (_taken < word.Length)
        {
            return character == word[_taken++] ? CallProgress.Open : CallProgress.Failed;
        }

        return Done(reader.Take(character));
    }

    public override CallProgress Finish() => Done(reader.Finish());

    private CallProgress Done(CallProgress progress)
    {
        Calls = reader.Calls;
        return progress;
    }
}
