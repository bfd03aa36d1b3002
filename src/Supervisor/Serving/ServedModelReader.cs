using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Serving;

/// <summary>Reads the settings of a model.</summary>
internal static class ServedModelReader
{
    /// <exception cref="SupervisorException">A setting of the engine means nothing.</exception>
    public static ServedModel Read(ServedModelOptions model)
    {
        try
        {
            return model.ToModel();
        }
        catch (UnknownWordException exception)
        {
            throw new SupervisorException(ErrorCodes.InvalidConfig, $"engine of {model.Name} cannot be read: {exception.Message}", exception.Setting);
        }
        catch (FormatException exception)
        {
            throw new SupervisorException(ErrorCodes.InvalidRequest, $"engine of {model.Name} cannot be read: {exception.Message}", "engine");
        }
    }
}
