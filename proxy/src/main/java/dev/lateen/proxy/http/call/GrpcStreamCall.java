package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;

/** A gRPC stream: messages each way, then a status. */
final class GrpcStreamCall implements GrpcStream, CallSink {
    private static final int PREFIX = 5;

    private final RequestHead head;
    private final GrpcListener listener;
    private final GrpcReader reader;
    private final HeldBodies held;
    private Side side = new Early();
    private Pending call = Pending.OVER;
    private boolean refused;
    private boolean paused;

    /** How far our side of it is. */
    private sealed interface Side {}

    /** There is no stream yet: messages wait. */
    private static final class Early implements Side {
        private final ArrayDeque<ByteBuf> messages = new ArrayDeque<>();
        private int bytes;
        private boolean ended;
    }

    private record Open(ClientStream stream) implements Side {}

    /** We have said all. */
    private record Ended(ClientStream stream) implements Side {}

    private record Over() implements Side {}

    GrpcStreamCall(RequestHead head, GrpcListener listener, GrpcReader reader, HeldBodies held) {
        this.head = head;
        this.listener = listener;
        this.reader = reader;
        this.held = held;
    }

    void begun(Pending begun) {
        call = begun;
    }

    // --- what is sent

    @Override
    public boolean send(ByteBuf message) {
        return send(message, false);
    }

    /** Sends the one message there is, and fails where there is no room for it. */
    void sendOnly(ByteBuf message) {
        if (!(side instanceof Over)) {
            if (!send(message, true)) {
                call.cancel();
                listener.onEnd(new CallOutcome.Failed<>(new CallFailure.Overloaded()));
            }
        } else {
            message.release();
        }
    }

    /** @param last the only one there is, and so not to be asked for again: it may wait in the connection */
    private boolean send(ByteBuf message, boolean last) {
        boolean sent = switch (side) {
            case Early early -> keep(early, message, last);
            case Open open -> (last || open.stream.isWritable()) && write(open.stream, message, last);
            case Ended _, Over _ -> false;
        };
        if (!sent) {
            message.release();
            refused = true;
        }
        return sent;
    }

    private boolean keep(Early early, ByteBuf message, boolean last) {
        int size = message.readableBytes();
        if (early.ended || size > CodecLimits.HELD_BODY - early.bytes || held.full()) {
            return false;
        }
        early.messages.add(message);
        early.bytes += size;
        early.ended = last;
        held.add(size);
        return true;
    }

    private boolean write(ClientStream stream, ByteBuf message, boolean last) {
        if (last) {
            side = new Ended(stream);
        }
        ByteBuf prefix = Unpooled.buffer(PREFIX, PREFIX).writeByte(0).writeInt(message.readableBytes());
        stream.data(Unpooled.wrappedBuffer(prefix, message), last);
        return true;
    }

    @Override
    public void end() {
        switch (side) {
            case Early early -> early.ended = true;
            case Open open -> {
                side = new Ended(open.stream);
                open.stream.data(Unpooled.EMPTY_BUFFER, true);
            }
            case Ended _, Over _ -> {}
        }
    }

    @Override
    public void cancel() {
        call.cancel();
    }

    @Override
    public void pauseReading() {
        paused = true;
        switch (side) {
            case Open open -> open.stream.pauseReading();
            case Ended ended -> ended.stream.pauseReading();
            case Early _, Over _ -> {}
        }
    }

    @Override
    public void resumeReading() {
        paused = false;
        switch (side) {
            case Open open -> open.stream.resumeReading();
            case Ended ended -> ended.stream.resumeReading();
            case Early _, Over _ -> {}
        }
    }

    @Override
    public void onOpen(ClientStream stream) {
        Early early = side instanceof Early waited ? waited : new Early();
        held.remove(early.bytes);
        side = new Open(stream);
        stream.head(head, false);
        if (paused) {
            stream.pauseReading();
        }
        for (ByteBuf next = early.messages.poll(); next != null; next = early.messages.poll()) {
            write(stream, next, early.ended && early.messages.isEmpty() && side instanceof Open);
        }
        if (early.ended && side instanceof Open) {
            end();
        }
        onWritable();
    }

    @Override
    public void onWritable() {
        if (refused && side instanceof Open open && open.stream.isWritable()) {
            refused = false;
            listener.onWritable();
        }
    }

    // --- what comes

    @Override
    public void onHead(HostCall from, ResponseHead response, boolean end) {
        CallFailure refusal = GrpcEnd.refusal(response);
        if (refusal != null) {
            broken(from, refusal);
        } else if (end) {
            onTrailers(response.headers());
        } else {
            listener.onHeaders(response.headers());
        }
    }

    @Override
    public void onData(HostCall from, ByteBuf data, boolean end) {
        try {
            GrpcReader.Part part = reader.next(data);
            while (part instanceof GrpcReader.Part.Message(ByteBuf message)) {
                listener.onMessage(message);
                if (side instanceof Over) {
                    return;
                }
                part = reader.next(data);
            }
            if (part instanceof GrpcReader.Part.Broken(CallFailure why)) {
                broken(from, why);
            } else if (end) {
                onTrailers(new HeaderMap(1));
            }
        } finally {
            data.release();
        }
    }

    private void broken(HostCall from, CallFailure why) {
        from.abandon();
        onFailure(why);
    }

    @Override
    public void onTrailers(HeaderMap trailers) {
        boolean cut = reader.amid();
        onCancelled();
        CallOutcome<HeaderMap> end = GrpcEnd.of(trailers);
        listener.onEnd(
                cut && end instanceof CallOutcome.Answered
                        ? new CallOutcome.Failed<>(GrpcEnd.internal("the end of a message is missing"))
                        : end);
    }

    @Override
    public void onFailure(CallFailure failure) {
        onCancelled();
        listener.onEnd(new CallOutcome.Failed<>(failure));
    }

    @Override
    public void onCancelled() {
        if (side instanceof Early early) {
            held.remove(early.bytes);
            early.messages.forEach(ByteBuf::release);
        }
        side = new Over();
        reader.letGo();
    }
}
