using System.Reflection;
using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Errors;

public sealed class LmDeployErrorCodesTests
{
    [Fact]
    public void EveryCodeOfTheContract_IsPublic() => Codes(typeof(LmDeployErrorCodes)).ShouldBe(Codes(typeof(ErrorCodes)), ignoreOrder: true);

    private static IEnumerable<(string Name, object? Value)> Codes(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name, field.GetRawConstantValue()));
}
