using LmDeploy.Collections;
using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>What may follow a prompt: a text, an answer or token ids. Immutable.</summary>
public sealed record Continuation
{
    private Continuation()
    {
    }

    /// <summary>The text, when that is what the continuation was made from.</summary>
    public string? Text { get; private init; }

    /// <summary>The answer, when that is what the continuation was made from.</summary>
    public string? Answer { get; private init; }

    /// <summary>The token ids, when that is what the continuation was made from.</summary>
    public IReadOnlyList<int>? TokenIds { get; private init => field = Values.OfOptional(value); }

    /// <summary>A text; see <see cref="FromText"/>.</summary>
    public static implicit operator Continuation(string text) => FromText(text);

    /// <summary>
    /// A text. After a text or a conversation its tokens are found as lm-evaluation-harness does: both texts are encoded together, and the continuation is what
    /// comes after as many tokens as the prompt's text has alone; white space that ends the prompt's text (also a rendered one) is moved to the continuation
    /// first.
    /// After token ids it is encoded by itself.
    /// </summary>
    public static Continuation FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Continuation { Text = text };
    }

    /// <summary>An answer in a chat: a text that is encoded by itself after the prompt's own tokens.</summary>
    public static Continuation FromAnswer(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new Continuation { Answer = answer };
    }

    /// <summary>Token ids, taken as they are after the prompt's.</summary>
    public static Continuation FromTokenIds(IEnumerable<int> tokenIds)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        return new Continuation { TokenIds = [.. tokenIds] };
    }

    /// <summary>Why it cannot be sent; null when it can.</summary>
    internal string? Problem() => Utf16.Problem("The continuation", Text ?? Answer);

    internal V1.Continuation ToWire() => this switch
    {
        { Text: { } text } => new V1.Continuation { Text = text },
        { Answer: { } answer } => new V1.Continuation { Answer = answer },
        _ => new V1.Continuation { TokenIds = new V1.TokenIds { Ids = { TokenIds! } } },
    };
}
