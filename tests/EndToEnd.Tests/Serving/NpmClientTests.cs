namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>OpenAI's own client for Node against a real server; what it checks is in node/suite.mjs.</summary>
[Collection(SharedServer.Name)]
public sealed class NpmClientTests(ServerFixture fixture)
{
    [NodeFact]
    public void Suite_Passes()
    {
        var (exitCode, output) = NodeSuite.Run(fixture.Server.Address);
        exitCode.ShouldBe(0, output);
        output.ShouldContain("# pass 14");
    }
}
