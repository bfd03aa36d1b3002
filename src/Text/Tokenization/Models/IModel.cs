namespace LmDeploy.Text.Tokenization.Models;

/// <summary>Turns a piece of text into token ids. Implementations are safe for concurrent use.</summary>
internal interface IModel
{
    Vocabulary Vocabulary { get; }

    /// <summary>Adds the ids of <paramref name="text"/> to <paramref name="ids"/>.</summary>
    void Encode(ReadOnlySpan<char> text, List<int> ids);
}
