using LmDeploy.Tests.Documentation;

namespace LmDeploy.Models.Tests.Documentation;

/// <summary>The C# of the guide to a new family compiles as a file of the models' project.</summary>
public sealed class FamilyGuideTests
{
    private static readonly string[] _usings =
        ["System", "System.Collections.Generic", "System.Linq", "LmDeploy.Models", "LmDeploy.Models.Checkpoints", "LmDeploy.Models.Families", "LmDeploy.Models.Specs"];

    [Fact]
    public void Blocks_Compile()
    {
        var blocks = CodeBlock.Of("docs/adding-a-model.md").ToList();
        blocks.ShouldNotBeEmpty();
        blocks.SelectMany(block => block.Errors("LmDeploy.Models.Tests", _usings, given: null)).ShouldBeEmpty();
    }
}
