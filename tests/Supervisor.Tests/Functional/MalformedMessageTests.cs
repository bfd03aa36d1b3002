using Grpc.Core;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

/// <summary>Messages over gRPC that are none.</summary>
public sealed class MalformedMessageTests
{
    private static readonly Marshaller<byte[]> _raw = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    public static TheoryData<byte[]> Messages => new()
    {
        new byte[] { 0x0A, 0x7F, 1 }, // A field that is longer than the message.
        new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 }, // A tag that no number holds.
        new byte[] { 0x0A, 0x02, 0xC3, 0x28 }, // A name that is not UTF-8.
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task UnaryCall_IsRefusedAsInvalid(byte[] message)
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var channel = supervisor.OpenChannel();
        var method = new Method<byte[], byte[]>(MethodType.Unary, "lmdeploy.v1.Pipelines", "Tokenize", _raw, _raw);

        var failure = await Should.ThrowAsync<RpcException>(
            () => channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, message).ResponseAsync.InTime());

        failure.StatusCode.ShouldBe(StatusCode.InvalidArgument, failure.Status.Detail);
        ErrorDetails.Read(failure)?.Code.ShouldBe(ErrorCodes.InvalidRequest);
    }

    [Fact]
    public async Task StreamingCall_IsRefusedAsInvalid()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var channel = supervisor.OpenChannel();
        var method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, "lmdeploy.v1.Pipelines", "Hold", _raw, _raw);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, default);
        await call.RequestStream.WriteAsync([0x0A, 0x7F, 1]);

        var failure = await Should.ThrowAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).InTime());

        failure.StatusCode.ShouldBe(StatusCode.InvalidArgument, failure.Status.Detail);
        ErrorDetails.Read(failure)!.Code.ShouldBe(ErrorCodes.InvalidRequest);
    }
}
