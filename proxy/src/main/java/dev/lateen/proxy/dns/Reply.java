package dev.lateen.proxy.dns;

import dev.lateen.proxy.names.Addresses;
import dev.lateen.proxy.names.Names;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.dns.DnsRecordType;
import java.util.List;

/**
 * Writes the answers that are made here. The question is repeated as it came, since a client may look at its letters' case, and records point to its name, so that as many as can be fit
 * into a datagram.
 */
final class Reply {
    static final int FORMAT_ERROR = 1;
    static final int SERVER_FAILURE = 2;
    static final int NOT_IMPLEMENTED = 4;

    private static final int OPCODE_AND_WISHES = 0x7910;
    private static final int AUTHORITATIVE = 0x0400;
    private static final int RECURSION_AVAILABLE = 0x0080;
    private static final int TRUNCATED = 0x0200;

    private static final int POINTER = 0xC000;
    private static final int CNAME = 5;
    private static final int INTERNET = 1;
    private static final int TIME_TO_LIVE = 30;
    /** Name, type, class, time to live, length. */
    private static final int RECORD_HEAD = 12;

    private static final int OPT_LENGTH = 11;
    private static final int OWN_DATAGRAM = 4096;

    private Reply() {}

    /** How many bytes a client takes. */
    static int room(DnsQuestion question, boolean tcp) {
        return tcp ? 0xFFFF : Math.max(512, question.edns());
    }

    /** A message of a header alone. */
    static ByteBuf error(ByteBufAllocator allocator, int id, int flags, int code) {
        ByteBuf out = allocator.buffer(DnsQuestion.HEADER);
        out.writeShort(id).writeShort(flags(flags) | code);
        return out.writeZero(DnsQuestion.HEADER - 4);
    }

    /** That nobody could tell. @param query the message that was asked */
    static ByteBuf failure(ByteBufAllocator allocator, ByteBuf query, DnsQuestion question) {
        ByteBuf out = begin(allocator, query, question, 0);
        out.setShort(2, flags(question.flags()) | SERVER_FAILURE);
        return end(out, question);
    }

    /** That the answer is too long for a datagram, so that the client asks again over TCP. */
    static ByteBuf truncated(ByteBufAllocator allocator, ByteBuf query, DnsQuestion question, int flagsOfAnswer) {
        ByteBuf out = begin(allocator, query, question, 0);
        out.setShort(2, flagsOfAnswer | TRUNCATED);
        return end(out, question);
    }

    /**
     * What is known of a name, the addresses from one of them on: whoever takes the first takes another each time.
     *
     * @param query the message that was asked, whose question {@link DnsQuestion#isPlain}
     * @param room how many bytes the client takes
     * @param first which address, of any number, comes first
     */
    static ByteBuf known(
            ByteBufAllocator allocator, ByteBuf query, DnsQuestion question, Names.Match match, int room, int first) {
        Addresses all = match.addresses();
        List<byte[]> addresses = question.type() == DnsRecordType.A.intValue() ? all.ipv4() : all.ipv6();
        int length = addresses.isEmpty() ? 1 : RECORD_HEAD + addresses.getFirst().length;
        boolean searched = !match.canonical().isEmpty();
        int taken = question.end()
                + (question.edns() < 0 ? 0 : OPT_LENGTH)
                + (searched ? RECORD_HEAD + match.canonical().length() + 1 : 0);
        int count = Math.min(addresses.size(), Math.max(0, room - taken) / length);
        boolean renamed = searched && count > 0;
        ByteBuf out = begin(allocator, query, question, taken + count * length);
        int cut = count < addresses.size() ? TRUNCATED : 0;
        out.setShort(2, flags(question.flags()) | AUTHORITATIVE | cut);
        out.setShort(6, count + (renamed ? 1 : 0));
        int owner = POINTER | DnsQuestion.HEADER;
        if (renamed) {
            record(out, owner, CNAME, match.canonical().length() + 1);
            owner = POINTER | out.writerIndex();
            out.writeBytes(
                    query,
                    query.readerIndex() + DnsQuestion.HEADER,
                    match.canonical().length());
            out.writeByte(0);
        }
        for (int i = 0; i < count; i++) {
            byte[] address = addresses.get((first + i) % addresses.size());
            record(out, owner, question.type(), address.length);
            out.writeBytes(address);
        }
        return end(out, question);
    }

    private static ByteBuf begin(ByteBufAllocator allocator, ByteBuf query, DnsQuestion question, int size) {
        ByteBuf out = allocator.buffer(Math.max(size, question.end() + OPT_LENGTH));
        out.writeBytes(query, query.readerIndex(), question.end());
        // No records yet.
        out.setZero(6, 6);
        return out;
    }

    /** A client that speaks EDNS is told that this side does, too. */
    private static ByteBuf end(ByteBuf out, DnsQuestion question) {
        if (question.edns() >= 0) {
            out.setShort(10, 1);
            out.writeByte(0).writeShort(DnsRecordType.OPT.intValue()).writeShort(OWN_DATAGRAM);
            out.writeInt(0).writeShort(0);
        }
        return out;
    }

    private static void record(ByteBuf out, int owner, int type, int length) {
        out.writeShort(owner).writeShort(type).writeShort(INTERNET).writeInt(TIME_TO_LIVE);
        out.writeShort(length);
    }

    private static int flags(int asked) {
        return DnsQuestion.RESPONSE | asked & OPCODE_AND_WISHES | RECURSION_AVAILABLE;
    }
}
