using System.Collections;
using System.Runtime.CompilerServices;
using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>
/// A batch of prompts. Made by a collection expression of texts, conversations and prompts, or converted from an array or a list of these; a query is spread:
/// <c>pipe.Infer([.. lines.Select(line =&gt; line.Trim())])</c>. Immutable.
/// </summary>
[CollectionBuilder(typeof(Prompts), nameof(Of))]
public sealed class Prompts : IReadOnlyList<Prompt>
{
    private readonly IReadOnlyList<Prompt> _prompts;

    private Prompts(IEnumerable<Prompt> prompts) => _prompts = Values.Of(prompts, nameof(prompts));

    /// <inheritdoc/>
    public int Count => _prompts.Count;

    /// <inheritdoc/>
    public Prompt this[int index] => _prompts[index];

    /// <summary>A batch of texts.</summary>
    public static implicit operator Prompts(string[] texts) => From(texts);

    /// <summary>A batch of texts.</summary>
    public static implicit operator Prompts(List<string> texts) => From(texts);

    /// <summary>A batch of prompts.</summary>
    public static implicit operator Prompts(Prompt[] prompts) => From(prompts);

    /// <summary>A batch of prompts.</summary>
    public static implicit operator Prompts(List<Prompt> prompts) => From(prompts);

    /// <summary>A batch of conversations.</summary>
    public static implicit operator Prompts(PromptMessage[][] conversations) => From(conversations);

    /// <summary>A batch of conversations.</summary>
    public static implicit operator Prompts(List<PromptMessage[]> conversations) => From(conversations);

    /// <summary>A batch of conversations.</summary>
    public static implicit operator Prompts(List<List<PromptMessage>> conversations) => From(conversations);

    /// <summary>A batch of prompts, in their order; what a collection expression calls.</summary>
    /// <exception cref="ArgumentException">A prompt is null.</exception>
    public static Prompts Of(ReadOnlySpan<Prompt> prompts) => new(prompts.ToArray());

    /// <summary>A batch of prompts, in their order.</summary>
    /// <exception cref="ArgumentException">A prompt is null.</exception>
    public static Prompts From(IEnumerable<Prompt> prompts) => new(prompts);

    /// <summary>A batch of texts, in their order; see <see cref="Prompt.FromText"/>.</summary>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public static Prompts From(IEnumerable<string> texts) => new(Values.Of(texts, nameof(texts)).Select(text => Prompt.FromText(text)));

    /// <summary>A batch of conversations, in their order; see <see cref="Prompt.FromMessages"/>.</summary>
    /// <exception cref="ArgumentException">A conversation or a message is null.</exception>
    public static Prompts From(IEnumerable<IReadOnlyList<PromptMessage>> conversations)
        => new(Values.Of(conversations, nameof(conversations)).Select(Prompt.FromMessages));

    /// <inheritdoc/>
    public IEnumerator<Prompt> GetEnumerator() => _prompts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
