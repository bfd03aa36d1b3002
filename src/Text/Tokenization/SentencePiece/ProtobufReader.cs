using System.Buffers.Binary;

namespace LmDeploy.Text.Tokenization.SentencePiece;

/// <summary>
/// Reads the fields of one message in protobuf's wire format, without groups. Every read is checked against the bytes
/// that are left, and none allocates.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private const int LongestVarint = 10;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _position;
    private WireType _type;

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <summary>Goes on to the next field; false at the end of the message.</summary>
    /// <exception cref="FormatException">There is no field.</exception>
    public bool TryReadField(out int field)
    {
        field = 0;
        if (_position == _message.Length)
        {
            return false;
        }

        var tag = ReadVarint();
        field = (int)(tag >> 3);
        _type = (WireType)(tag & 7);
        return tag >> 3 is > 0 and < 1 << 29 ? true : throw Invalid($"{tag >> 3} is no field number");
    }

    /// <summary>The value of a field of type <c>int32</c>, <c>bool</c> (0 or 1) or an enumeration.</summary>
    /// <exception cref="FormatException">The field has another type or is cut off.</exception>
    public int ReadInt32()
    {
        Require(WireType.Varint);
        return (int)ReadVarint();
    }

    public bool ReadBool()
    {
        Require(WireType.Varint);
        return ReadVarint() != 0;
    }

    public float ReadFloat()
    {
        Require(WireType.Fixed32);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));
    }

    /// <summary>The value of a field of type <c>bytes</c>, <c>string</c> or a message.</summary>
    /// <exception cref="FormatException">The field has another type or is cut off.</exception>
    public ReadOnlySpan<byte> ReadBytes()
    {
        Require(WireType.Bytes);
        return Take(ReadVarint());
    }

    /// <summary>Leaves out the value of a field.</summary>
    /// <exception cref="FormatException">The field has an unknown type or is cut off.</exception>
    public void Skip()
    {
        switch (_type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Take(sizeof(ulong));
                break;
            case WireType.Bytes:
                Take(ReadVarint());
                break;
            case WireType.Fixed32:
                Take(sizeof(uint));
                break;
            default:
                throw Invalid($"the wire type {(int)_type} is not supported");
        }
    }

    private void Require(WireType type)
    {
        if (_type != type)
        {
            throw Invalid($"a field has the wire type {(int)_type}, expected {(int)type}");
        }
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var i = 0; i < LongestVarint; i++)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Invalid($"a number has more than {LongestVarint} bytes");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_message.Length - _position))
        {
            throw Invalid($"the message ends within a field, {count} bytes are needed");
        }

        var taken = _message.Slice(_position, (int)count);
        _position += (int)count;
        return taken;
    }

    private readonly FormatException Invalid(string problem) => new($"{problem} (byte {_position} of a message of {_message.Length})");
}
