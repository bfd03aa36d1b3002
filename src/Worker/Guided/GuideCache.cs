using System.Text.Json;
using LmDeploy.V1;
using LmDeploy.Worker.Guided.Expressions;
using LmDeploy.Worker.Guided.Networks;
using LmDeploy.Worker.Guided.Schemas;
using LmDeploy.Worker.Tokenization;

namespace LmDeploy.Worker.Guided;

/// <summary>Makes the guides of a model and keeps those that were used last. Thread-safe.</summary>
/// <param name="vocabularySize">How many logits the model gives.</param>
internal sealed class GuideCache(Tokenizer tokenizer, int vocabularySize)
{
    private const int MostGuides = 16;
    private const long MostBytes = 256L << 20;
    private const int LongestSchema = 16 << 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<(ResponseFormat Format, Guide Guide)> _lastUsedFirst = new();
    private readonly Lazy<(GuideVocabulary First, GuideVocabulary Others)> _tokens = new(() => GuideVocabulary.Of(tokenizer, vocabularySize));

    /// <summary>The guide of a response format; null for any text.</summary>
    /// <exception cref="Errors.EngineException">invalid_request: what in it is not supported or contradicts itself.</exception>
    public Guide? Find(ResponseFormat? format)
    {
        if (format is null || format.Type is "" or "text")
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

        return Add(format.Clone(), Make(format));
    }

    private Guide Add(ResponseFormat format, Guide guide)
    {
        lock (_lock)
        {
            _lastUsedFirst.AddFirst((format, guide));
            while (_lastUsedFirst.Count > MostGuides || (_lastUsedFirst.Count > 1 && _lastUsedFirst.Sum(known => known.Guide.Bytes + known.Format.CalculateSize()) > MostBytes))
            {
                _lastUsedFirst.RemoveLast();
            }

            return guide;
        }
    }

    private Guide Make(ResponseFormat format)
    {
        var (network, warnings) = Compile(format);
        return new Guide(network, _tokens.Value.First, _tokens.Value.Others) { Warnings = warnings };
    }

    private static (Network Network, IReadOnlyList<string> Warnings) Compile(ResponseFormat format) => format.Type switch
    {
        "json_object" => (SchemaCompiler.AnyObject(), []),
        "json_schema" => CompileSchema(format.JsonSchema),
        "regex_schema" => (ExpressionWriter.Compile(format.RegexSchema), []),
        _ => throw GuideErrors.Refuse($"the type \"{format.Type}\" is not supported; supported are text, json_object, json_schema and regex_schema"),
    };

    private static (Network Network, IReadOnlyList<string> Warnings) CompileSchema(string text)
    {
        if (text.Length > LongestSchema)
        {
            throw GuideErrors.Refuse($"the schema has {text.Length} characters; at most {LongestSchema} are supported");
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return SchemaCompiler.Compile(SchemaWrapper.Unwrap(json.RootElement));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter comes of text with half a surrogate pair.
            throw GuideErrors.Refuse($"the schema is not valid JSON: {e.Message.TrimEnd('.')}", e);
        }
    }
}
