package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;

/** A request whose answer is read and dropped. */
final class ForgottenCall implements CallSink {
    private final RequestSender request;

    ForgottenCall(HttpCall call, HeldBodies held) {
        this.request = new RequestSender(call, held);
    }

    @Override
    public void onOpen(ClientStream stream) {
        request.send(stream);
    }

    @Override
    public void onHead(HostCall call, ResponseHead head, boolean end) {}

    @Override
    public void onData(HostCall call, ByteBuf data, boolean end) {
        data.release();
    }

    @Override
    public void onTrailers(HeaderMap trailers) {}

    @Override
    public void onWritable() {}

    @Override
    public void onFailure(CallFailure failure) {
        request.drop();
    }

    @Override
    public void onCancelled() {
        request.drop();
    }
}
