namespace LmDeploy.Tests.Torch;

/// <summary>Tests that compute run one after the other: two cores.</summary>
[CollectionDefinition(Name)]
public sealed class TorchTests : ICollectionFixture<TorchFixture>
{
    public const string Name = "torch";
}
