package dev.lateen.proxy.telemetry;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/** How often each HTTP status came; written by event loops without a lock once a status is known. */
final class StatusCounts {
    private static final int CLASSES = 6;

    /** By class and last two digits; 0 in the first row stands for no status at all. */
    private final @Nullable LongAdder[][] rows = new LongAdder[CLASSES][];

    void add(int status) {
        int known = status >= 100 && status < 600 ? status : 0;
        @Nullable LongAdder[] row = rows[known / 100];
        LongAdder counter = row == null ? null : row[known % 100];
        (counter == null ? make(known) : counter).increment();
    }

    private synchronized LongAdder make(int status) {
        @Nullable LongAdder[] row = rows[status / 100];
        if (row == null) {
            row = new LongAdder[100];
            rows[status / 100] = row;
        }
        LongAdder counter = row[status % 100];
        if (counter == null) {
            counter = new LongAdder();
            row[status % 100] = counter;
        }
        return counter;
    }

    /** @param hundreds 1 to 5; 0 for those without a status */
    long ofClass(int hundreds) {
        long sum = 0;
        @Nullable LongAdder[] row = rows[hundreds];
        for (int i = 0; row != null && i < row.length; i++) {
            LongAdder counter = row[i];
            sum += counter == null ? 0 : counter.sum();
        }
        return sum;
    }

    /** All with a status. */
    long total() {
        long sum = 0;
        for (int i = 1; i < CLASSES; i++) {
            sum += ofClass(i);
        }
        return sum;
    }

    /** Tells each status that came, such as {@code 200}. */
    void each(ObjLongConsumer<String> consumer) {
        for (int i = 1; i < CLASSES; i++) {
            @Nullable LongAdder[] row = rows[i];
            for (int j = 0; row != null && j < row.length; j++) {
                LongAdder counter = row[j];
                if (counter != null) {
                    consumer.accept(String.valueOf(i * 100 + j), counter.sum());
                }
            }
        }
    }
}
