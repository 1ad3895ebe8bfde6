package dev.poolswitch;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which positions of a tier may be ready: a bit set with a summary level, so that finding the next ready key costs the
 * same among ten keys and among ten thousand of which most are resting. The bits are a hint that is never missing: a
 * position that is ready has its bit set; one whose bit is set may turn out not to be ready and is then cleared.
 *
 * <p>Who clears a bit must look at the truth once more afterwards and set it again if it finds the position ready; who
 * makes a position ready sets the bit after the change. Whichever comes last, the bit is right.
 */
final class ReadySet {

    private final int size;
    private final AtomicLongArray words;
    private final AtomicLongArray summary;
    private final AtomicInteger additions = new AtomicInteger();

    /** All positions set. */
    ReadySet(int size) {
        this.size = size;
        words = new AtomicLongArray((size + 63) >>> 6);
        summary = new AtomicLongArray((words.length() + 63) >>> 6);
        for (int i = 0; i < size; i++) {
            set(i);
        }
    }

    void set(int position) {
        int word = position >>> 6;
        long bit = 1L << position;
        if ((words.get(word) & bit) == 0) {
            words.accumulateAndGet(word, bit, (a, b) -> a | b);
            additions.incrementAndGet();
        }
        setSummary(word);
    }

    /** How often a position came in sight: what was found out about all that were is out of date when it has changed. */
    int additions() {
        return additions.get();
    }

    void clear(int position) {
        int word = position >>> 6;
        long left = words.accumulateAndGet(word, ~(1L << position), (a, b) -> a & b);
        if (left == 0) {
            summary.accumulateAndGet(word >>> 6, ~(1L << word), (a, b) -> a & b);
            if (words.get(word) != 0) {
                setSummary(word);
            }
        }
    }

    /** The next set position at or after one, going round once; -1 when none is set. */
    int next(int from) {
        if (size == 0) {
            return -1;
        }
        int start = from >= size ? from % size : from;
        if (words.length() == 1) {
            long word = words.get(0);
            long after = word & (-1L << start);
            return word == 0 ? -1 : Long.numberOfTrailingZeros(after == 0 ? word : after);
        }
        int found = nextIn(start, size);
        return found >= 0 ? found : nextIn(0, start);
    }

    /** A set position at random, nearly even; -1 when none is set. */
    int random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (words.length() == 1) {
            return drawn(words.get(0), size, random);
        }
        int filled = 0;
        for (int i = 0; i < summary.length(); i++) {
            filled += Long.bitCount(summary.get(i));
        }
        if (filled == 0) {
            return -1;
        }
        int rank = random.nextInt(filled);
        for (int i = 0; i < summary.length(); i++) {
            long filledWords = summary.get(i);
            int count = Long.bitCount(filledWords);
            if (rank < count) {
                int wordIndex = (i << 6) + bitAt(filledWords, rank);
                int bit = drawn(words.get(wordIndex), Math.min(64, size - (wordIndex << 6)), random);
                return bit < 0 ? next(wordIndex << 6) : (wordIndex << 6) + bit;
            }
            rank -= count;
        }
        return next(random.nextInt(size));
    }

    /**
     * One of the set bits, each as likely; -1 when none is set. Where most are set a blind throw nearly always hits,
     * which is cheaper than counting.
     */
    private static int drawn(long word, int width, ThreadLocalRandom random) {
        if (word == 0) {
            return -1;
        }
        int throwsLeft = random.nextInt();
        for (int i = 0; i < 2; i++, throwsLeft >>>= 16) {
            int bit = ((throwsLeft & 0xFFFF) * width) >>> 16;
            if (((word >>> bit) & 1) != 0) {
                return bit;
            }
        }
        return bitAt(word, random.nextInt(Long.bitCount(word)));
    }

    private int nextIn(int from, int to) {
        if (from >= to) {
            return -1;
        }
        int word = from >>> 6;
        long bits = words.get(word) & -1L << from;
        if (bits == 0) {
            word = nextFilledWord(word + 1);
            if (word < 0) {
                return -1;
            }
            bits = words.get(word);
            if (bits == 0) {
                return nextIn((word + 1) << 6, to);
            }
        }
        int position = (word << 6) + Long.numberOfTrailingZeros(bits);
        return position < to ? position : -1;
    }

    private int nextFilledWord(int from) {
        int i = from >>> 6;
        if (i >= summary.length()) {
            return -1;
        }
        long bits = summary.get(i) & -1L << from;
        while (bits == 0) {
            if (++i == summary.length()) {
                return -1;
            }
            bits = summary.get(i);
        }
        return (i << 6) + Long.numberOfTrailingZeros(bits);
    }

    private void setSummary(int word) {
        long bit = 1L << word;
        if ((summary.get(word >>> 6) & bit) == 0) {
            summary.accumulateAndGet(word >>> 6, bit, (a, b) -> a | b);
        }
    }

    /** The position of the set bit that has so many set bits below it, by halving. */
    private static int bitAt(long word, int rank) {
        long bits = word;
        int left = rank;
        int position = 0;
        for (int width = 32; width > 0; width >>= 1) {
            int below = Long.bitCount(bits & ((1L << width) - 1));
            if (left >= below) {
                left -= below;
                bits >>>= width;
                position += width;
            }
        }
        return position;
    }
}
