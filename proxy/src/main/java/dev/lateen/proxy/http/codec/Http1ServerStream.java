package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.Http1Writer.Framing;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;

/** The response side of an HTTP/1 server connection: one object, used again for each exchange. */
final class Http1ServerStream implements ServerStream {
    private static final byte[] NOTHING = {};
    private static final HeaderMap NO_TRAILERS = new HeaderMap();
    private static final byte[] CLOSE = Http1Writer.ascii("connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Http1Writer.ascii("connection: keep-alive\r\n");
    private static final byte[] UPGRADE = Http1Writer.ascii("connection: Upgrade\r\n");

    private final Http1ServerConnection connection;
    private final Http1Writer writer;
    private final CodecLoop loop;
    private final boolean trailersWanted;
    private boolean active;
    private boolean headSent;
    private boolean ended;
    private boolean keepAlive;
    private boolean http10;
    private boolean headRequest;
    private boolean connect;
    private boolean upgrade;
    private boolean tunnel;

    Http1ServerStream(Http1ServerConnection connection, Http1Writer writer, CodecLoop loop, boolean trailers) {
        this.connection = connection;
        this.writer = writer;
        this.loop = loop;
        this.trailersWanted = trailers;
    }

    void begin(RequestHead head, boolean reusable) {
        clear();
        http10 = head.protocol() == HttpProtocol.HTTP_1_0;
        keepAlive = reusable;
        headRequest = head.method().equals("HEAD");
        connect = head.method().equals("CONNECT");
        upgrade = head.headers().contains("upgrade");
    }

    /** For the answer to a head that could not be parsed. */
    void beginMalformed() {
        clear();
        keepAlive = false;
        http10 = false;
        headRequest = false;
        connect = false;
        upgrade = false;
    }

    private void clear() {
        active = true;
        headSent = false;
        ended = false;
        tunnel = false;
    }

    void deactivate() {
        active = false;
    }

    boolean active() {
        return active;
    }

    boolean ended() {
        return ended;
    }

    boolean tunnel() {
        return tunnel;
    }

    /** Whether the request asks for a tunnel, so that what follows its head is not HTTP. */
    boolean tunnelAsked() {
        return connect || upgrade;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    @Override
    public void closeAfter() {
        if (!headSent) {
            keepAlive = false;
        }
    }

    @Override
    public void informational(ResponseHead head) {
        if (!active || headSent || http10) {
            return;
        }
        HeadBytes bytes = loop.scratch();
        bytes.raw(StatusLines.of(head.status()));
        head.headers().remove("content-length");
        writer.head(bytes, head.headers(), NOTHING, Framing.BODYLESS);
    }

    @Override
    public void head(ResponseHead head, boolean end) {
        if (!active || headSent) {
            return;
        }
        headSent = true;
        int status = head.status();
        tunnel = connect && status / 100 == 2 || upgrade && status == 101;
        Framing framing = framing(head, end);
        if (!tunnel && (tunnelAsked() || !connection.requestEnded())) {
            // What is still to come of the request is not waited for.
            keepAlive = false;
        }
        HeadBytes bytes = loop.scratch();
        // Whoever is told to upgrade is told so in the version that is wanted.
        bytes.raw(http10 && status != 426 ? StatusLines.ofHttp10(status) : StatusLines.of(status));
        writer.head(bytes, head.headers(), connectionHeader(), framing);
        if (end) {
            end();
        }
    }

    private Framing framing(ResponseHead head, boolean end) {
        int status = head.status();
        if (tunnel) {
            return Framing.UNTIL_CLOSE;
        }
        if (HttpGrammar.isBodyless(status)) {
            if (status != 304) {
                head.headers().remove("content-length");
            }
            return Framing.BODYLESS;
        }
        long length = Http1Writer.length(head.headers());
        if (headRequest) {
            // As a GET's answer would say (RFC 9110 section 9.3.2); no body follows.
            return http10 || length >= 0 ? Framing.BODYLESS : Framing.CHUNKED;
        }
        if (end) {
            return length == 0 ? Framing.LENGTH : Framing.EMPTY;
        }
        if (length >= 0) {
            return Framing.LENGTH;
        }
        if (http10) {
            keepAlive = false;
            return Framing.UNTIL_CLOSE;
        }
        return Framing.CHUNKED;
    }

    private byte[] connectionHeader() {
        if (tunnel) {
            return upgrade ? UPGRADE : NOTHING;
        }
        if (!keepAlive) {
            return CLOSE;
        }
        return http10 ? KEEP_ALIVE : NOTHING;
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        if (!active || !headSent || ended || headRequest) {
            data.release();
        } else if (!writer.data(data, end)) {
            misframed();
            return;
        }
        if (end && active) {
            end();
        }
    }

    @Override
    public void trailers(HeaderMap trailers) {
        if (active && !ended) {
            if (!headRequest && !writer.trailers(trailersWanted ? trailers : NO_TRAILERS)) {
                misframed();
                return;
            }
            end();
        }
    }

    /** The body is not what its head said: what came of it is the last that this connection carries. */
    private void misframed() {
        ended = true;
        connection.misframed();
    }

    private void end() {
        if (!ended) {
            ended = true;
            connection.responseEnded();
        }
    }

    @Override
    public void reset(StreamReset reason) {
        if (active) {
            connection.abort();
        }
    }

    @Override
    public void pauseReading() {
        connection.pause(true);
    }

    @Override
    public void resumeReading() {
        connection.pause(false);
    }

    @Override
    public int holdLimit() {
        return CodecLimits.HELD_BODY;
    }

    @Override
    public boolean isWritable() {
        return connection.isWritable();
    }
}
