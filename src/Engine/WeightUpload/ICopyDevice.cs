namespace LmDeploy.Engine.WeightUpload;

/// <summary>Memory that bytes of files are copied to. Thread-safe.</summary>
internal interface ICopyDevice
{
    /// <summary>Waits until nothing that the calling thread began before uses memory that it has got meanwhile.</summary>
    void AwaitMemory();

    /// <summary>Opens a way to the memory, for the calling thread alone.</summary>
    ICopyLane OpenLane();
}
