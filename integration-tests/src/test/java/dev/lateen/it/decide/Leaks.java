package dev.lateen.it.decide;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What Netty's leak detector finds of buffers made after {@link #watch}. */
final class Leaks {
    private static final List<String> FOUND = new CopyOnWriteArrayList<>();

    private Leaks() {}

    /** To be called before the first buffer is made. */
    static void watch() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // the one abstract method there is
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long most) {
                return new ResourceLeakDetector<>(resource, interval) {
                    @Override
                    protected boolean needReport() {
                        return true;
                    }

                    @Override
                    protected void reportTracedLeak(String type, String records) {
                        FOUND.add(type + records);
                    }

                    @Override
                    protected void reportUntracedLeak(String type) {
                        FOUND.add(type);
                    }
                };
            }
        });
    }

    static List<String> found() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            ByteBuf probe = PooledByteBufAllocator.DEFAULT.directBuffer(16);
            probe.release();
        }
        return List.copyOf(FOUND);
    }
}
