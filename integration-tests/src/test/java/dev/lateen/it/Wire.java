package dev.lateen.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client that sends and shows bytes as they are. */
final class Wire {
    private static final int PATIENCE_MILLIS = 30_000;

    private Wire() {}

    static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Sends it as it is, reads until the proxy closes. @param who to be named when it does not */
    static String say(String who, int port, String text) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            StringBuilder read = new StringBuilder();
            try {
                for (int b = socket.getInputStream().read();
                        b >= 0;
                        b = socket.getInputStream().read()) {
                    read.append((char) b);
                }
            } catch (SocketTimeoutException e) {
                throw new AssertionError(who + " leaves it open after:\n" + read, e);
            }
            return normalised(read.toString());
        }
    }

    /** Header lines have no order; what differs by nature is made equal. */
    static String normalised(String message) {
        int end = message.indexOf("\r\n\r\n");
        if (end < 0) {
            return message;
        }
        String[] lines = message.substring(0, end).split("\r\n", -1);
        Arrays.sort(lines, 1, lines.length);
        return (String.join("\n", lines) + "\n\n" + message.substring(end + 4))
                .replaceAll("date: .*", "date: D")
                .replaceAll("x-envoy-upstream-service-time: \\d+", "x-envoy-upstream-service-time: N")
                .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID")
                .replaceAll("rq-timeout-ms(=\\[|: )\\d+", "rq-timeout-ms$1N")
                .replaceAll("localhost:\\d+", "localhost:PORT");
    }
}
