using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using LmDeploy.Supervisor.Http.Errors;

namespace LmDeploy.Supervisor.Http.Json;

/// <summary>Reads the one JSON object that a request's body is.</summary>
internal static class JsonBody
{
    private const int MaxDepth = 64;

    /// <exception cref="ApiException">It is not JSON, no object, or has text that is no Unicode.</exception>
    public static async Task<JsonFields> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentType is { Length: > 0 } && !http.Request.HasJsonContentType())
        {
            throw new ApiException(
                StatusCodes.Status415UnsupportedMediaType, ApiErrorCodes.UnsupportedMediaType, $"The body has to be application/json, not {http.Request.ContentType}.");
        }

        using var bytes = new MemoryStream();
        await http.Request.Body.CopyToAsync(bytes, http.RequestAborted);
        return Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static JsonFields Parse(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw ApiException.Invalid("The body is not UTF-8.", null);
        }

        try
        {
            CheckText(body.Span);
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonFields(document.RootElement.Clone(), "")
                : throw ApiException.Invalid($"The body has to be a JSON object, not {JsonFields.Describe(document.RootElement)}.", null);
        }
        catch (JsonException exception)
        {
            throw ApiException.Invalid($"The body is not JSON: {exception.Message}", null);
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
        var text = ArrayPool<char>.Shared.Rent(body.Length);
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
            ArrayPool<char>.Shared.Return(text);
        }
    }
}
