package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends a request and gathers its answer on the heap, where it pins no buffer of the data path; what is gathered counts among the bodies that are held. */
final class WholeAnswer implements CallSink {
    private static final int FIRST_ROOM = 1024;

    private final RequestSender request;
    private final int most;
    private final HeldBodies held;
    private final Consumer<CallOutcome<HttpAnswer>> then;
    private @Nullable ResponseHead head;
    private ByteBuf body = Unpooled.EMPTY_BUFFER;

    /** @param most bytes of a body */
    WholeAnswer(HttpCall call, int most, HeldBodies held, Consumer<CallOutcome<HttpAnswer>> then) {
        this.request = new RequestSender(call, held);
        this.most = most;
        this.held = held;
        this.then = then;
    }

    @Override
    public void onOpen(ClientStream stream) {
        request.send(stream);
    }

    @Override
    public void onHead(HostCall call, ResponseHead response, boolean end) {
        head = response;
        if (end) {
            answered(response);
        }
    }

    @Override
    public void onData(HostCall call, ByteBuf data, boolean end) {
        CallFailure failure = gather(data);
        data.release();
        if (failure != null) {
            call.abandon();
            onFailure(failure);
        } else if (end && head != null) {
            answered(head);
        }
    }

    private @Nullable CallFailure gather(ByteBuf data) {
        int more = data.readableBytes();
        if (more == 0) {
            return null;
        }
        if (more > most - body.readableBytes()) {
            return new CallFailure.TooLarge(most);
        }
        if (held.full()) {
            return new CallFailure.Overloaded();
        }
        if (!body.isReadable()) {
            body = Unpooled.buffer(Math.min(most, Math.max(more, FIRST_ROOM)), most);
        }
        body.writeBytes(data);
        held.add(more);
        return null;
    }

    @Override
    public void onTrailers(HeaderMap trailers) {
        if (head != null) {
            answered(head);
        }
    }

    private void answered(ResponseHead response) {
        ByteBuf whole = body;
        letGo();
        then.accept(new CallOutcome.Answered<>(new HttpAnswer(response.status(), response.headers(), whole)));
    }

    /** It is the caller's from now on, or the garbage collector's. */
    private void letGo() {
        held.remove(body.readableBytes());
        body = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void onWritable() {}

    @Override
    public void onFailure(CallFailure failure) {
        onCancelled();
        then.accept(new CallOutcome.Failed<>(failure));
    }

    @Override
    public void onCancelled() {
        request.drop();
        letGo();
    }
}
