using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.Workers;

public sealed class WorkerEnvironmentTests
{
    [Theory]
    [InlineData("PATH", true)]
    [InlineData("LC_ALL", true)]
    [InlineData("CUDA_VISIBLE_DEVICES", true)]
    [InlineData("NVIDIA_VISIBLE_DEVICES", true)]
    [InlineData("DOTNET_gcServer", true)]
    [InlineData("LMDEPLOY_LIBTORCH", true)]
    [InlineData("LD_PRELOAD", false)]
    [InlineData("AWS_SECRET_ACCESS_KEY", false)]
    [InlineData("HF_TOKEN", false)]
    [InlineData("PATHS", false)]
    [InlineData("LMDEPLOY_API_KEY", false)]
    [InlineData("NVIDIA_NGC_TOKEN", false)]
    [InlineData("DOTNET_DbgEnableMiniDump", false)]
    [InlineData("DOTNET_DbgMiniDumpName", false)]
    [InlineData("DOTNET_STARTUP_HOOKS", false)]
    [InlineData("DOTNET_EnableEventPipe", false)]
    public void Build_LetsThroughWhatAWorkerNeeds(string name, bool allowed) =>
        WorkerEnvironment.Build([KeyValuePair.Create<string, string?>(name, "x")]).ContainsKey(name).ShouldBe(allowed);

    [Fact]
    public void Build_FixesTheOrderOfDevices()
    {
        var environment = WorkerEnvironment.Build([KeyValuePair.Create<string, string?>("CUDA_DEVICE_ORDER", "FASTEST_FIRST")]);

        environment["CUDA_DEVICE_ORDER"].ShouldBe("PCI_BUS_ID");
        environment["CUDA_MODULE_LOADING"].ShouldBe("LAZY");
    }

    [Fact]
    public void Build_LetsThreadsSpinShortlyUnlessTheUserSaysHowTheyWait()
    {
        WorkerEnvironment.Build([])["GOMP_SPINCOUNT"].ShouldBe("1000");
        WorkerEnvironment.Build([KeyValuePair.Create<string, string?>("OMP_WAIT_POLICY", "ACTIVE")]).ShouldNotContainKey("GOMP_SPINCOUNT");
        WorkerEnvironment.Build([KeyValuePair.Create<string, string?>("GOMP_SPINCOUNT", "7")])["GOMP_SPINCOUNT"].ShouldBe("7");
    }

    [Fact]
    public void Build_TurnsDebuggersOffUnlessTheUserWantsThem()
    {
        WorkerEnvironment.Build([])["DOTNET_EnableDiagnostics"].ShouldBe("0");
        WorkerEnvironment.Build([KeyValuePair.Create<string, string?>("DOTNET_EnableDiagnostics", "1")])["DOTNET_EnableDiagnostics"].ShouldBe("1");
    }
}
