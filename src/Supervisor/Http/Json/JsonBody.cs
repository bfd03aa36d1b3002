using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using LmDeploy.Supervisor.Http.Errors;

namespace LmDeploy.Supervisor.Http.Json;

/// <summary>Reads the one JSON object that a request's body is.</summary>
internal static class JsonBody
{
    /// <summary>Numbers, texts, objects and so on, in all. Twelve bytes are kept of each while the request lasts.</summary>
    public const int MostValues = 4_000_000;

    private const int MaxDepth = 64;
    private const int LargestPooled = 1 << 20;

    /// <exception cref="ApiException">It is not JSON, no object, has more values than <see cref="MostValues"/>, or has text that is no Unicode.</exception>
    public static BodyFields Parse(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw ApiException.Invalid("The body is not UTF-8.", null);
        }

        try
        {
            CheckText(body.Span);
            CheckSize(body.Span);

            // Not disposed and so not copied: its buffers go to the collector with the request, not back to a pool that would keep the large ones.
            var root = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false }).RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? new BodyFields(root, "")
                : throw ApiException.Invalid($"The body has to be a JSON object, not {BodyFields.Describe(root)}.", null);
        }
        catch (JsonException exception)
        {
            throw ApiException.Invalid($"The body is not JSON: {exception.Message}", null);
        }
    }

    /// <summary>Counts before anything is kept of them. A value takes two bytes at least.</summary>
    private static void CheckSize(ReadOnlySpan<byte> body)
    {
        if (body.Length / 2 <= MostValues)
        {
            return;
        }

        var values = 0;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject or JsonTokenType.PropertyName) && ++values > MostValues)
            {
                throw ApiException.Invalid($"The body has more than {MostValues} values; send several requests.", null);
            }
        }
    }

    /// <summary>Escapes can spell half of a surrogate pair, which no text can hold; found here, nothing else has to expect it.</summary>
    private static void CheckText(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("\\u"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        var isLarge = body.Length > LargestPooled;
        var text = isLarge ? new char[body.Length] : ArrayPool<char>.Shared.Rent(body.Length);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    reader.CopyString(text);
                }
            }
        }
        catch (InvalidOperationException)
        {
            throw ApiException.Invalid($"The text that ends before byte {reader.BytesConsumed} of the body has half of a surrogate pair.", null);
        }
        finally
        {
            if (!isLarge)
            {
                ArrayPool<char>.Shared.Return(text);
            }
        }
    }
}
