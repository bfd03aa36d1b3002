using System.Runtime.InteropServices;
using System.Text.Json;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Tests.Golden;

namespace LmDeploy.Tests.Golden;

/// <summary>The tensors of a model folder, to be changed and written back as one file.</summary>
internal sealed class CheckpointFile
{
    private readonly string _folder;

    private CheckpointFile(string folder) => _folder = folder;

    public SortedDictionary<string, (string Dtype, long[] Shape, byte[] Data)> Tensors { get; } = new(StringComparer.Ordinal);

    public static CheckpointFile Read(GoldenFolder model)
    {
        var checkpoint = new CheckpointFile(model.Path);
        foreach (var path in Directory.GetFiles(model.Path, "*.safetensors"))
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var tensor in file.Tensors)
            {
                var data = new byte[tensor.Length];
                file.Read(tensor.Offset, data);
                checkpoint.Tensors[tensor.Name] = (tensor.Dtype, tensor.Shape, data);
            }
        }

        return checkpoint;
    }

    /// <summary>One without tensors, to be written into a folder.</summary>
    public static CheckpointFile In(string folder) => new(folder);

    /// <summary>Takes a tensor out.</summary>
    public (string Dtype, long[] Shape, byte[] Data) Take(string name)
    {
        Tensors.Remove(name, out var tensor).ShouldBeTrue(name);
        return tensor;
    }

    public void Rename(Func<string, string> rename)
    {
        foreach (var name in Tensors.Keys.ToArray())
        {
            Tensors[rename(name)] = Take(name);
        }
    }

    /// <summary>Lays tensors one behind the other along a new or their first dimension.</summary>
    public void Join(string name, long[] shape, IEnumerable<byte[]> parts) =>
        Tensors[name] = ("BF16", shape, [.. parts.SelectMany(part => part)]);

    /// <summary>Writes one file in the place of all that there were.</summary>
    public void Write()
    {
        Array.ForEach(Directory.GetFiles(_folder, "*.safetensors*"), File.Delete);
        var offset = 0L;
        var header = new Dictionary<string, object>();
        foreach (var (name, tensor) in Tensors)
        {
            header[name] = new { dtype = tensor.Dtype, shape = tensor.Shape, data_offsets = new[] { offset, offset += tensor.Data.Length } };
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        using var stream = File.Create(Path.Combine(_folder, "model.safetensors"));
        stream.Write(BitConverter.GetBytes((ulong)json.Length));
        stream.Write(json);
        foreach (var tensor in Tensors.Values)
        {
            stream.Write(tensor.Data);
        }
    }

    /// <summary>The float32 bytes of bfloat16 ones.</summary>
    public static byte[] Widen(byte[] narrow) =>
        MemoryMarshal.AsBytes<uint>([.. MemoryMarshal.Cast<byte, ushort>(narrow).ToArray().Select(value => (uint)value << 16)]).ToArray();

    /// <summary>The bfloat16 bytes of numbers that it can hold exactly.</summary>
    public static byte[] Narrow(IEnumerable<float> values) =>
        MemoryMarshal.AsBytes<ushort>([.. values.Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))]).ToArray();
}
