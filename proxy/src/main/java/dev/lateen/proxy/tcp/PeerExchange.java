package dev.lateen.proxy.tcp;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lateen.api.xds.Alpn;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.PeerStruct;
import dev.lateen.proxy.message.TlsFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Istio's metadata exchange over TCP, for connections whose ALPN is {@code istio-peer-exchange}: each side sends, ahead of all else, a magic number, a length
 * (both four bytes, big-endian) and so many bytes of a {@code google.protobuf.Any} with who it is (istio/proxy, {@code metadata_exchange.cc}). Sends ours when it
 * is added, tells theirs, and is gone.
 */
final class PeerExchange extends ByteToMessageDecoder {
    private static final int MAGIC = 0x3D230467;
    private static final int HEAD = 8;
    /** Bytes; what a proxy says of itself are a few hundred. */
    private static final int MOST = 64 * 1024;

    private static final String STRUCT = "type.googleapis.com/google.protobuf.Struct";

    private final byte[] greeting;
    private final Consumer<PeerMetadata> heard;

    /** @param heard told once, on the event loop; {@link PeerMetadata#UNKNOWN} when the peer says nothing of itself after all */
    PeerExchange(byte[] greeting, Consumer<PeerMetadata> heard) {
        this.greeting = greeting;
        this.heard = heard;
    }

    /** Whether both sides of a connection agreed on it. */
    static boolean agreed(@Nullable TlsFacts tls) {
        return tls != null && Alpn.ISTIO_PEER_EXCHANGE.equals(tls.alpn());
    }

    /** What a node sends. @param metadata as in the bootstrap */
    static byte[] greeting(String nodeId, Map<String, ?> metadata) {
        Struct both = Struct.newBuilder()
                .putFields(
                        PeerStruct.METADATA,
                        Value.newBuilder()
                                .setStructValue(PeerStruct.of(metadata))
                                .build())
                .putFields(
                        PeerStruct.ID, Value.newBuilder().setStringValue(nodeId).build())
                .build();
        byte[] any = Any.newBuilder()
                .setTypeUrl(STRUCT)
                .setValue(ByteString.copyFrom(PeerStruct.bytes(both)))
                .build()
                .toByteArray();
        return ByteBuffer.allocate(HEAD + any.length)
                .putInt(MAGIC)
                .putInt(any.length)
                .put(any)
                .array();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, which tells
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(greeting));
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < HEAD) {
            return;
        }
        int start = in.readerIndex();
        if (in.getInt(start) != MAGIC) {
            leave(ctx, PeerMetadata.UNKNOWN);
            return;
        }
        int length = in.getInt(start + 4);
        if (length < 0 || length > MOST) {
            in.skipBytes(in.readableBytes());
            ctx.close();
            return;
        }
        if (in.readableBytes() < HEAD + length) {
            return;
        }
        byte[] any = new byte[length];
        in.skipBytes(HEAD).readBytes(any);
        leave(ctx, peer(any));
    }

    private static PeerMetadata peer(byte[] any) {
        try {
            Value metadata = Struct.parseFrom(Any.parseFrom(any).getValue())
                    .getFieldsMap()
                    .get(PeerStruct.METADATA);
            return metadata == null ? PeerMetadata.UNKNOWN : PeerStruct.read(metadata.getStructValue());
        } catch (InvalidProtocolBufferException unreadable) {
            return PeerMetadata.UNKNOWN;
        }
    }

    /** What was read beyond goes to the next handler. */
    private void leave(ChannelHandlerContext ctx, PeerMetadata peer) {
        heard.accept(peer);
        ctx.pipeline().remove(this);
    }
}
