using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Bodies;

/// <summary>Reads the bodies of requests within the <see cref="BodyBudget"/>. Thread-safe.</summary>
internal sealed class BodyReader(BodyBudget budget)
{
    private const int FirstPiece = 16 << 10;

    /// <summary>Reads the body, one JSON object, and its lease. The caller disposes the lease when the body is no longer needed.</summary>
    /// <exception cref="ApiException">It is not JSON, no object, has text that is no Unicode, or there is no room for it now.</exception>
    public async Task<(BodyFields Fields, BodyLease Room)> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (http.Request.ContentType is { Length: > 0 } && !http.Request.HasJsonContentType())
        {
            throw new ApiException(
                StatusCodes.Status415UnsupportedMediaType,
                ApiErrorCodes.UnsupportedMediaType,
                $"The body has to be application/json, not {http.Request.ContentType}.");
        }

        var room = budget.Lease(http.Request.ContentLength);
        try
        {
            return (JsonBody.Parse(await ReadAsync(http.Request, room, cancellationToken)), room);
        }
        catch
        {
            room.Dispose();
            throw;
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, BodyLease room, CancellationToken cancellationToken)
    {
        var announced = request.ContentLength;
        var bytes = new byte[announced is { } length ? checked((int)length) : FirstPiece];
        var count = 0;
        while (true)
        {
            if (count == bytes.Length && announced is null)
            {
                Array.Resize(ref bytes, checked(bytes.Length * 2));
            }

            var read = count == bytes.Length ? 0 : await ReadPieceAsync(request, bytes.AsMemory(count), cancellationToken);
            if (read == 0)
            {
                return bytes.AsMemory(0, count);
            }

            count += read;
            room.GrowTo(count, announced is not null);
        }
    }

    private static async Task<int> ReadPieceAsync(HttpRequest request, Memory<byte> piece, CancellationToken cancellationToken)
    {
        try
        {
            return await request.Body.ReadAsync(piece, cancellationToken);
        }
        catch (Exception exception) when (
            exception is IOException or InvalidDataException
            && exception is not BadHttpRequestException
            && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // Kestrel's own word for a chunk whose size is no number that it can hold.
            throw new ApiException(StatusCodes.Status400BadRequest, ErrorCodes.InvalidRequest, $"The body cannot be read: {exception.Message}");
        }
    }
}
