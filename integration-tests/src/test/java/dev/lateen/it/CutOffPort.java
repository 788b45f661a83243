package dev.lateen.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A port of this machine that leads to another one, until it is cut off or held up. */
final class CutOffPort implements AutoCloseable {
    private final int to;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket server;
    private volatile boolean cut;
    private boolean held;

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
            byte[] some = new byte[8192];
            for (int length = in.read(some); length >= 0; length = in.read(some)) {
                awaitRelease();
                out.write(some, 0, length);
            }
        } catch (IOException ended) {
            // Either side, or the cut.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private synchronized void awaitRelease() throws InterruptedException {
        while (held) {
            wait();
        }
    }

    /** Takes what is sent, and passes nothing on: a server that hangs. */
    synchronized void hold() {
        held = true;
    }

    /** Passes on what was held up, and all that comes. */
    synchronized void release() {
        held = false;
        notifyAll();
    }

    /** Ends all connections, and lets none through. */
    void cut() throws IOException {
        cut = true;
        release();
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
