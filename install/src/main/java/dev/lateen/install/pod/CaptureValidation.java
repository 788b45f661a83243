package dev.lateen.install.pod;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Whether rules are really in place: as the proxy's user it calls {@code 127.0.0.6}, where nobody listens, and is itself at the proxy's ports, to which the rules lead such a call.
 */
public final class CaptureValidation {
    private static final int TRY_MILLIS = 500;

    private final List<Integer> ports;
    private final int probePort;

    /** @param ports of the proxy @param probePort the port that is called */
    public CaptureValidation(List<Integer> ports, int probePort) {
        this.ports = List.copyOf(ports);
        this.probePort = probePort;
    }

    /** Whether a call was led here within the time. */
    public boolean holds(Duration limit) throws IOException, InterruptedException {
        CountDownLatch led = new CountDownLatch(1);
        List<ServerSocket> listening = new ArrayList<>();
        try {
            for (int port : ports) {
                ServerSocket server = new ServerSocket();
                listening.add(server);
                server.setReuseAddress(true);
                server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
                Thread.ofVirtual().start(() -> accept(server, led));
            }
            long tries = Math.max(1, limit.toMillis() / TRY_MILLIS);
            for (long i = 0; i < tries; i++) {
                call();
                if (led.await(TRY_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
            return false;
        } finally {
            for (ServerSocket server : listening) {
                server.close();
            }
        }
    }

    private static void accept(ServerSocket server, CountDownLatch led) {
        try (Socket _ = server.accept()) {
            led.countDown();
        } catch (IOException e) {
            // Closed: it is over.
        }
    }

    private void call() throws IOException {
        InetAddress from = InetAddress.getByName("127.0.0.1");
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress("127.0.0.6", probePort), TRY_MILLIS);
        } catch (SocketTimeoutException | ConnectException refused) {
            // Nobody is there: it was not led anywhere.
            return;
        }
    }
}
