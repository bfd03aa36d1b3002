using Grpc.Core;
using Grpc.Core.Interceptors;
using LmDeploy.V1;
using LmDeploy.Worker.Service;

namespace LmDeploy.Worker.Tests.Service;

public sealed class TokenInterceptorTests
{
    private const string Token = "0123456789abcdef";

    private readonly WorkerToken _token = new();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdeF")]
    [InlineData("0123456789abcde")]
    [InlineData("0123456789abcdef0")]
    public async Task Call_WithoutTheRightTokenIsRefused(string? given)
    {
        _token.Set(Token);

        var failure = await Should.ThrowAsync<RpcException>(CallAsync(given));

        failure.StatusCode.ShouldBe(StatusCode.Unauthenticated);
        failure.Status.Detail.ShouldNotContain(Token);
    }

    [Fact]
    public async Task Call_WithTheTokenIsLetThrough()
    {
        _token.Set(Token);
        (await CallAsync(Token)).Pid.ShouldBe(7);
    }

    [Fact]
    public async Task Call_IsRefusedByAWorkerThatWasGivenNoToken()
    {
        _token.Set("");
        (await Should.ThrowAsync<RpcException>(CallAsync(""))).StatusCode.ShouldBe(StatusCode.Unauthenticated);
    }

    private Task<HelloResponse> CallAsync(string? given)
    {
        var headers = new Metadata();
        if (given is not null)
        {
            headers.Add(Protocol.TokenHeader, given);
        }

        Interceptor interceptor = new TokenInterceptor(_token);
        return interceptor.UnaryServerHandler(new HelloRequest(), new Call(headers), (_, _) => Task.FromResult(new HelloResponse { Pid = 7 }));
    }

    private sealed class Call(Metadata headers) : ServerCallContext
    {
        protected override string MethodCore => "Hello";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore => headers;

        protected override CancellationToken CancellationTokenCore => CancellationToken.None;

        protected override Metadata ResponseTrailersCore => [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => new("", []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
