using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A gRPC call that an interceptor sees.</summary>
/// <param name="method">Its full name, <c>/lmdeploy.v1.Host/Shutdown</c>.</param>
internal sealed class FakeCallContext(string method, params (string Name, string Value)[] headers) : ServerCallContext
{
    private readonly Dictionary<object, object> _state = new() { ["__HttpContext"] = new DefaultHttpContext() };

    protected override string MethodCore => method;

    protected override string HostCore => "host";

    protected override string PeerCore => "peer";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore { get; } = [.. headers.Select(header => new Metadata.Entry(header.Name, header.Value))];

    protected override CancellationToken CancellationTokenCore => CancellationToken.None;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => throw new NotSupportedException();

    protected override IDictionary<object, object> UserStateCore => _state;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
