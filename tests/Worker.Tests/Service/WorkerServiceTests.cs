using LmDeploy.Text.Errors;
using LmDeploy.V1;
using LmDeploy.Worker.Service;

namespace LmDeploy.Worker.Tests.Service;

public sealed class WorkerServiceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(Protocol.Version - 1)]
    [InlineData(Protocol.Version + 1)]
    [InlineData(int.MaxValue)]
    public async Task Hello_RefusesEveryOtherVersionOfTheProtocol(int version)
    {
        var service = new WorkerService(null!, null!, null!, null!, null!, null!);

        var error = await Should.ThrowAsync<EngineException>(async () => await service.Hello(new HelloRequest { ProtocolVersion = version }, null!));

        error.Code.ShouldBe(ErrorCodes.ProtocolMismatch);
        error.Message.ShouldContain($"{version}");
    }

    [Fact]
    public async Task Hello_AnswersItsOwnVersion() =>
        (await new WorkerService(null!, null!, null!, null!, null!, null!)
            .Hello(new HelloRequest { ProtocolVersion = Protocol.Version }, null!)).ProtocolVersion.ShouldBe(Protocol.Version);
}
