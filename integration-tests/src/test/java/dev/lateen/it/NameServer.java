package dev.lateen.it;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A DNS server over UDP, at port 53 as a cluster's, to which all names of IPv4 are one address. It notes who asked it. */
final class NameServer implements AutoCloseable {
    /** Of every name. */
    static final String ANSWER = "9.9.9.9";

    private static final byte[] RECORD = {(byte) 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 9, 9, 9, 9};
    private final DatagramSocket socket;
    private final List<String> askers = new CopyOnWriteArrayList<>();

    /** @param address where it listens */
    NameServer(String address) throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(address), 53));
        Thread.ofVirtual().start(this::serve);
    }

    /** The addresses of those who asked, in order. */
    List<String> askers() {
        return List.copyOf(askers);
    }

    private void serve() {
        try {
            while (true) {
                DatagramPacket query = new DatagramPacket(new byte[512], 512);
                socket.receive(query);
                askers.add(query.getAddress().getHostAddress());
                byte[] answer = answer(Arrays.copyOf(query.getData(), query.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static byte[] answer(byte[] query) {
        int end = 12;
        while (query[end] != 0) {
            end += query[end] + 1;
        }
        end += 5;
        boolean known = query[end - 3] == 1;
        byte[] answer = Arrays.copyOf(query, known ? end + RECORD.length : end);
        answer[2] = (byte) 0x81;
        answer[3] = (byte) 0x80;
        answer[7] = (byte) (known ? 1 : 0);
        answer[11] = 0;
        if (known) {
            System.arraycopy(RECORD, 0, answer, end, RECORD.length);
        }
        return answer;
    }

    @Override
    public void close() {
        socket.close();
    }
}
