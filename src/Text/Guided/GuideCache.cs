using System.Text.Json;
using LmDeploy.Text.Guided.Expressions;
using LmDeploy.Text.Guided.Networks;
using LmDeploy.Text.Guided.Schemas;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Guided;

/// <summary>
/// Makes the guides of a model and keeps those that were used last. A guide grows while it is used: those that no longer fit are forgotten then. Thread-safe.
/// </summary>
/// <param name="vocabularySize">How many logits the model gives.</param>
/// <param name="mostBytes">About how much memory all that are kept may take.</param>
internal sealed class GuideCache(ModelTokenizer tokenizer, int vocabularySize, long mostBytes = GuideCache.MostBytes)
{
    /// <summary>How many guides are kept.</summary>
    public const int MostGuides = 16;

    /// <summary>About how much memory they take, with the schemas that they were made of.</summary>
    public const long MostBytes = 256L << 20;

    private const int LongestSchema = 16 << 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<(GuideFormat Format, long FormatBytes, Guide Guide)> _lastUsedFirst = new();
    private readonly Lazy<(GuideVocabulary First, GuideVocabulary Others)> _tokens = new(() => GuideVocabulary.Of(tokenizer, vocabularySize));

    /// <summary>How many are kept.</summary>
    public int Count => Read(kept => kept.Count);

    /// <summary>About how much memory those that are kept take.</summary>
    public long Bytes => Read(kept => kept.Sum(known => known.FormatBytes + known.Guide.Bytes));

    /// <summary>The guide of a response format; null for any text.</summary>
    /// <exception cref="Errors.EngineException">invalid_request: what in it is not supported or contradicts itself.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public Guide? Find(GuideFormat? format, CancellationToken cancellationToken = default)
    {
        if (format is null or { Kind: GuideKind.None })
        {
            return null;
        }

        lock (_lock)
        {
            for (var node = _lastUsedFirst.First; node is not null; node = node.Next)
            {
                if (node.Value.Format.Equals(format))
                {
                    _lastUsedFirst.Remove(node);
                    _lastUsedFirst.AddFirst(node);
                    return node.Value.Guide;
                }
            }
        }

        return Add(format, Make(format, cancellationToken));
    }

    private Guide Add(GuideFormat format, Guide guide)
    {
        lock (_lock)
        {
            _lastUsedFirst.AddFirst((format, format.Bytes, guide));
        }

        Trim();
        return guide;
    }

    /// <summary>Forgets those that were used least recently, until the others fit.</summary>
    private void Trim()
    {
        lock (_lock)
        {
            while (_lastUsedFirst.Count > MostGuides || (_lastUsedFirst.Count > 0 && Bytes > mostBytes))
            {
                _lastUsedFirst.RemoveLast();
            }
        }
    }

    private T Read<T>(Func<LinkedList<(GuideFormat Format, long FormatBytes, Guide Guide)>, T> read)
    {
        lock (_lock)
        {
            return read(_lastUsedFirst);
        }
    }

    private Guide Make(GuideFormat format, CancellationToken cancellationToken)
    {
        var (network, warnings) = Compile(format, cancellationToken);
        return new Guide(network, _tokens.Value.First, _tokens.Value.Others, Trim) { Warnings = warnings };
    }

    private static (Network Network, IReadOnlyList<string> Warnings) Compile(GuideFormat format, CancellationToken cancellationToken) => format.Kind switch
    {
        GuideKind.JsonObject => (SchemaCompiler.AnyObject(), []),
        GuideKind.JsonSchema => CompileSchema(format.Source, cancellationToken),
        GuideKind.Regex => (ExpressionWriter.Compile(format.Source), []),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format.Kind, null),
    };

    private static (Network Network, IReadOnlyList<string> Warnings) CompileSchema(string text, CancellationToken cancellationToken)
    {
        if (text.Length > LongestSchema)
        {
            throw GuideErrors.Refuse($"the schema has {text.Length} characters; at most {LongestSchema} are supported");
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return SchemaCompiler.Compile(SchemaWrapper.Unwrap(json.RootElement), cancellationToken);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter comes of text with half a surrogate pair.
            throw GuideErrors.Refuse($"the schema is not valid JSON: {e.Message.TrimEnd('.')}", e);
        }
    }
}
