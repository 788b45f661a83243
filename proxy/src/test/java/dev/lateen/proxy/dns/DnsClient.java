package dev.lateen.proxy.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Asks a DNS server as a resolver's library does, and reads its answers. */
final class DnsClient {
    static final int A = 1;
    static final int AAAA = 28;
    static final int TXT = 16;
    private static final int PATIENCE = (int) Duration.ofSeconds(10).toMillis();

    private DnsClient() {}

    /** An answer. @param records such as {@code reviews. A 10.1.0.1 30} */
    record Answer(int id, int flags, String question, List<String> records, int additionals, int size) {
        int code() {
            return flags & 15;
        }

        boolean isTruncated() {
            return (flags & 0x0200) != 0;
        }

        boolean isAuthoritative() {
            return (flags & 0x0400) != 0;
        }
    }

    /** A query. @param edns the bytes of a datagram that the client takes; -1 for what was usual before */
    static byte[] query(int id, String name, int type, int edns) {
        ByteBuf out = Unpooled.buffer();
        out.writeShort(id).writeShort(0x0100).writeShort(1).writeShort(0).writeShort(0);
        out.writeShort(edns < 0 ? 0 : 1);
        for (String label : name.split("\\.")) {
            byte[] bytes = label.getBytes(StandardCharsets.ISO_8859_1);
            out.writeByte(bytes.length).writeBytes(bytes);
        }
        out.writeByte(0).writeShort(type).writeShort(1);
        if (edns >= 0) {
            out.writeByte(0).writeShort(41).writeShort(edns).writeInt(0).writeShort(0);
        }
        return bytes(out);
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        return bytes;
    }

    static Answer udp(InetSocketAddress server, byte[] query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(PATIENCE);
            socket.send(new DatagramPacket(query, query.length, server));
            return hear(socket);
        }
    }

    static Answer hear(DatagramSocket socket) throws IOException {
        DatagramPacket answer = new DatagramPacket(new byte[65_536], 65_536);
        socket.receive(answer);
        return read(Arrays.copyOf(answer.getData(), answer.getLength()));
    }

    static Answer tcp(InetSocketAddress server, byte[] query) throws IOException {
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(PATIENCE);
            send(socket, query);
            return hear(socket);
        }
    }

    static void send(Socket socket, byte[] query) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        byte[] framed = new byte[query.length + 2];
        framed[0] = (byte) (query.length >> 8);
        framed[1] = (byte) query.length;
        System.arraycopy(query, 0, framed, 2, query.length);
        out.write(framed);
    }

    static Answer hear(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        return read(in.readNBytes(in.readUnsignedShort()));
    }

    static Answer read(byte[] message) {
        ByteBuf in = Unpooled.wrappedBuffer(message);
        int id = in.readUnsignedShort();
        int flags = in.readUnsignedShort();
        int questions = in.readUnsignedShort();
        int answers = in.readUnsignedShort();
        in.skipBytes(2);
        int additionals = in.readUnsignedShort();
        String question = "";
        if (questions == 1) {
            question = DefaultDnsRecordDecoder.decodeName(in);
            in.skipBytes(4);
        }
        List<String> records = new ArrayList<>();
        for (int i = 0; i < answers; i++) {
            records.add(record(in));
        }
        return new Answer(id, flags, question, records, additionals, message.length);
    }

    private static String record(ByteBuf in) {
        String name = DefaultDnsRecordDecoder.decodeName(in);
        int type = in.readUnsignedShort();
        in.skipBytes(2);
        long ttl = in.readUnsignedInt();
        int length = in.readUnsignedShort();
        int end = in.readerIndex() + length;
        String data;
        if (type == 5) {
            data = "CNAME " + DefaultDnsRecordDecoder.decodeName(in);
        } else {
            byte[] bytes = new byte[length];
            in.readBytes(bytes);
            data = (type == A ? "A " : type == AAAA ? "AAAA " : "TYPE" + type + " ") + text(bytes);
        }
        in.readerIndex(end);
        return name + " " + data + " " + ttl;
    }

    private static String text(byte[] bytes) {
        try {
            return bytes.length == 4 || bytes.length == 16
                    ? InetAddress.getByAddress(bytes).getHostAddress()
                    : new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
