package dev.lateen.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A port of this machine that leads to another one, until it is cut off. */
final class CutOffPort implements AutoCloseable {
    private final int to;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket server;
    private volatile boolean cut;

    CutOffPort(int to) throws IOException {
        this.to = to;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.port = server.getLocalPort();
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return port;
    }

    private void accept() {
        try {
            while (true) {
                Socket from = server.accept();
                if (cut) {
                    from.close();
                } else {
                    join(from);
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void join(Socket from) throws IOException {
        Socket on = new Socket(InetAddress.getLoopbackAddress(), to);
        open.add(from);
        open.add(on);
        Thread.ofVirtual().start(() -> copy(from, on));
        Thread.ofVirtual().start(() -> copy(on, from));
    }

    private void copy(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException ended) {
            // Either side, or the cut.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    /** Ends all connections, and lets none through. */
    void cut() throws IOException {
        cut = true;
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** Lets connections through again. */
    void mend() {
        cut = false;
    }

    @Override
    public void close() throws IOException {
        cut();
        server.close();
    }
}
