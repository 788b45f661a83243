package dev.lateen.proxy.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A DNS server on a free port of the loopback address that a test writes the answers of. */
final class FakeUpstream implements AutoCloseable {
    final List<byte[]> asked = new CopyOnWriteArrayList<>();
    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final UnaryOperator<byte[]> answers;

    /** @param answers the messages to answer with, whole; an empty one for none */
    FakeUpstream(UnaryOperator<byte[]> answers) throws IOException {
        this.answers = answers;
        this.tcp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.udp = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort()));
        Thread.ofVirtual().start(this::serveUdp);
        Thread.ofVirtual().start(this::serveTcp);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort());
    }

    private void serveUdp() {
        try {
            while (true) {
                DatagramPacket query = new DatagramPacket(new byte[4096], 4096);
                udp.receive(query);
                byte[] message = Arrays.copyOf(query.getData(), query.getLength());
                asked.add(message);
                byte[] answer = answers.apply(message);
                if (answer.length > 0) {
                    udp.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serveTcp() {
        try {
            while (true) {
                Socket client = tcp.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            byte[] message = in.readNBytes(in.readUnsignedShort());
            asked.add(message);
            byte[] answer = answers.apply(message);
            if (answer.length > 0) {
                DnsClient.send(client, answer);
            }
            // Until the other side ends it.
            client.getInputStream().read();
        } catch (IOException e) {
            // The other side is gone.
        }
    }

    /** The same message as an answer with one address. */
    static byte[] address(byte[] query, int... address) {
        int end = questionEnd(query);
        byte[] answer = Arrays.copyOf(query, end + 16);
        answer[2] = (byte) 0x81;
        answer[3] = (byte) 0x80;
        answer[7] = 1;
        answer[11] = 0;
        byte[] record = {
            (byte) 0xC0,
            12,
            0,
            1,
            0,
            1,
            0,
            0,
            1,
            44,
            0,
            4,
            (byte) address[0],
            (byte) address[1],
            (byte) address[2],
            (byte) address[3]
        };
        System.arraycopy(record, 0, answer, end, 16);
        return answer;
    }

    /** The same message as an answer with one long text. */
    static byte[] text(byte[] query, int length) {
        int end = questionEnd(query);
        byte[] answer = Arrays.copyOf(query, end + 12 + length);
        answer[2] = (byte) 0x81;
        answer[3] = (byte) 0x80;
        answer[7] = 1;
        answer[11] = 0;
        byte[] record = {(byte) 0xC0, 12, 0, 16, 0, 1, 0, 0, 1, 44, (byte) (length >> 8), (byte) length};
        System.arraycopy(record, 0, answer, end, 12);
        return answer;
    }

    private static int questionEnd(byte[] query) {
        int at = 12;
        while (query[at] != 0) {
            at += query[at] + 1;
        }
        return at + 5;
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
