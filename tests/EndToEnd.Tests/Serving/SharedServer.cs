namespace LmDeploy.EndToEnd.Tests.Serving;

[CollectionDefinition(Name)]
public sealed class SharedServer : ICollectionFixture<ServerFixture>
{
    public const string Name = "serving";
}
