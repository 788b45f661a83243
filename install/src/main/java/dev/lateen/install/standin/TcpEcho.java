package dev.lateen.install.standin;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;

/** The tcp-echo sample: every line comes back behind a prefix. */
final class TcpEcho implements Handler<NetSocket> {
    private static final int MAX_LINE_BYTES = 64 * 1024;
    private static final Buffer NEWLINE = Buffer.buffer("\n");

    private final Buffer prefix;

    TcpEcho(String prefix) {
        this.prefix = Buffer.buffer(prefix + " ");
    }

    @Override
    public void handle(NetSocket socket) {
        RecordParser lines = RecordParser.newDelimited("\n", socket).maxRecordSize(MAX_LINE_BYTES);
        lines.exceptionHandler(tooLong -> socket.close());
        lines.handler(line -> {
            socket.write(prefix.copy().appendBuffer(line).appendBuffer(NEWLINE));
            if (socket.writeQueueFull()) {
                lines.pause();
                socket.drainHandler(drained -> lines.resume());
            }
        });
    }
}
