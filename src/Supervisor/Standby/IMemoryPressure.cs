namespace LmDeploy.Supervisor.Standby;

/// <summary>Tells whether the host runs short of memory.</summary>
internal interface IMemoryPressure
{
    bool IsHigh();
}
