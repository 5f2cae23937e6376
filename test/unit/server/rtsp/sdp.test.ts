import { describe, expect, it } from 'vitest';
import { describeVideo } from '../../../../server/rtsp/sdp.js';
import { H264_FORMAT } from '../../../helpers/publisher-of-test.js';

const [SPS, PPS] = H264_FORMAT.parameterSets as [Buffer, Buffer];
const H265_SETS = ['40010c01', '42010101', '4401c172'].map((hex) => Buffer.from(hex, 'hex'));

describe('describeVideo', () => {
  it('describes H.264', () => {
    expect(describeVideo(H264_FORMAT, 7)).toBe(
      [
        ...['v=0', 'o=- 7 1 IN IP4 127.0.0.1', 's=frame-streamer', 'c=IN IP4 0.0.0.0', 't=0 0'],
        ...['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000'],
        `a=fmtp:96 packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=${SPS.toString('base64')},${PPS.toString('base64')}`,
        ...['a=control:trackID=0', ''],
      ].join('\r\n'),
    );
  });

  it('describes H.265 with each kind of parameter set by its name', () => {
    const sdp = describeVideo({ codec: 'h265', parameterSets: H265_SETS }, 7);
    expect(sdp).toContain('a=rtpmap:96 H265/90000\r\n');
    expect(sdp).toContain('a=fmtp:96 sprop-vps=QAEMAQ==;sprop-sps=QgEBAQ==;sprop-pps=RAHBcg==\r\n');
  });

  it('describes JPEG by its static payload type, without parameters', () => {
    const sdp = describeVideo({ codec: 'mjpeg', parameterSets: [] }, 7);
    expect(sdp).toContain('m=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\na=control:');
  });

  it('leaves out what it does not know', () => {
    expect(describeVideo({ codec: 'h264', parameterSets: [] }, 7)).toContain('a=fmtp:96 packetization-mode=1\r\n');
    expect(describeVideo({ codec: 'h265', parameterSets: [] }, 7)).not.toContain('fmtp');
  });
});
