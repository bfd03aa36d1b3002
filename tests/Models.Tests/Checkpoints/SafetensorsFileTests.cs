using System.Buffers.Binary;
using System.Text;
using CsCheck;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Open_ListsTensors_AndReadsTheirBytes()
    {
        Write(
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"more":[{"x":1}],"dtype":"BF16","shape":[2,"""
                + """1],"data_offsets":[0,4]}}""", [1, 2, 3, 4, 5, 6, 7, 8]);
        using var file = SafetensorsFile.Open(_path);
        var tensor = file.Tensors.Single(tensor => tensor.Name == "b");
        tensor.Shape.ShouldBe([1]);
        var bytes = new byte[4];
        file.Read(tensor.Offset, bytes);
        bytes.ShouldBe([5, 6, 7, 8]);
    }

    [Theory]
    [InlineData("not json", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,8]}}""", "F99")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,8]}}""", "at most 16")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", "shape")]
    [InlineData("""{"a":7}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""", "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "not valid JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "does not take")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,8]}}""", "does not take")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "has 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "lies at")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "its tensors end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "twice")]
    public void Open_RefusesALyingHeader(string header, string expected)
    {
        Write(header, new byte[8]);
        ShouldBeRefused(expected);
    }

    [Fact]
    public void Open_RefusesAHeaderThatIsMoreThanIsLeftForIt()
    {
        Write("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8]);
        using var file = SafetensorsFile.Open(_path);

        SafetensorsFile.Open(_path, file.HeaderBytes).Dispose();

        var error = Should.Throw<EngineException>(() => SafetensorsFile.Open(_path, file.HeaderBytes - 1));
        error.Code.ShouldBe(ErrorCodes.InvalidCheckpoint);
        error.Message.ShouldContain("100000000 together");
    }

    [Theory]
    [InlineData(new byte[0], "too few")]
    [InlineData(new byte[] { 1, 2, 3 }, "too few")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 1 }, "claims")]
    [InlineData(new byte[] { 100, 0, 0, 0, 0, 0, 0, 0, 1 }, "claims")]
    public void Open_RefusesALyingLength(byte[] bytes, string expected)
    {
        File.WriteAllBytes(_path, bytes);
        ShouldBeRefused(expected);
    }

    [Fact]
    public void Read_TellsThatTheFileWasCutShort()
    {
        Write("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8]);
        using var file = SafetensorsFile.Open(_path);
        using (var handle = File.OpenHandle(_path, access: FileAccess.Write))
        {
            RandomAccess.SetLength(handle, file.Tensors[0].Offset + 4);
        }

        Should.Throw<EngineException>(() => file.Read(file.Tensors[0].Offset, new byte[8])).Message.ShouldContain("cut short");
    }

    [Fact]
    public void Open_NeverThrowsAnythingElse() =>
        Gen.Byte.Array[0, 200].Sample(
            bytes =>
            {
                File.WriteAllBytes(_path, bytes);
                try
                {
                    SafetensorsFile.Open(_path).Dispose();
                }
                catch (EngineException)
                {
                }
            },
            threads: 1);

    private void ShouldBeRefused(string expected)
    {
        var error = Should.Throw<EngineException>(() => SafetensorsFile.Open(_path));
        error.Code.ShouldBe(ErrorCodes.InvalidCheckpoint);
        error.Message.ShouldContain(expected);
        error.Subject.ShouldBe(_path);
    }

    private void Write(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + text.Length);
        File.WriteAllBytes(_path, bytes);
    }
}
